import { exports } from 'cloudflare:workers';
import { newWorkspace, toRequest, type Workspace } from './api.ts';
import { playScript, type ScriptedProvider } from './provider/client.ts';
import type { Script } from './provider/script.ts';

export interface Chat {
  readonly workspace: Workspace;
  readonly agent: string;
  readonly session: string;
  readonly provider: ScriptedProvider;
  /** Sends a message; the whole answer as JSON. */
  send(json: object, headers?: Record<string, string>): ReturnType<Workspace['post']>;
  /** Sends a message and returns the response unread. */
  stream(json: object, headers?: Record<string, string>): Promise<Response>;
}

/** A session with an agent whose model follows the script. */
export async function newChat(
  script: Script,
  { config = {}, session = {} }: { config?: object; session?: object } = {},
): Promise<Chat> {
  const workspace = await newWorkspace();
  const provider = await playScript(script);
  await workspace.put('/providers/openai-compatible', {
    base_url: provider.base_url.compatible,
    api_key: provider.api_key,
  });
  const fields = { model: 'openai-compatible/scripted', knowledge: { base_ids: [] }, ...config };
  const agent = (await workspace.post('/agents', { name: 'A', config: fields })).body.id;
  const id = (await workspace.post(`/agents/${agent}/sessions`, session)).body.id;
  const path = `/sessions/${id}/messages`;
  return {
    workspace,
    agent,
    session: id,
    provider,
    send: (json, headers = {}) => workspace.post(path, json, { headers }),
    stream: (json, headers = {}) => openStream(workspace, 'POST', path, { json, headers }),
  };
}

export const openStream = async (
  workspace: Workspace,
  method: string,
  path: string,
  { json, headers = {} }: { json?: object; headers?: Record<string, string> } = {},
): Promise<Response> => {
  const options = {
    headers: { accept: 'text/event-stream', ...headers },
    ...(json === undefined ? {} : { json }),
  };
  return exports.default.fetch(toRequest(method, `/api/v1${path}`, workspace.key, options));
};

/** One received server-sent event. */
export interface Frame {
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly data: any;
}

/** Reads events until `enough` returns true, then disconnects. Omits the closing marker. */
export async function readFrames(
  response: Response,
  enough: (frames: readonly Frame[]) => boolean = () => false,
): Promise<Frame[]> {
  const frames: Frame[] = [];
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let rest = '';
  while (!enough(frames)) {
    const { done, value } = await reader.read();
    if (done) return frames;
    const pieces = (rest + value).split('\n\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const frame = toFrame(piece);
      if (frame !== null && !enough(frames)) frames.push(frame);
    }
  }
  await reader.cancel();
  return frames;
}

function toFrame(text: string): Frame | null {
  const id = /^id: (\d+)$/m.exec(text)?.[1];
  const data = /^data: (.*)$/m.exec(text)?.[1];
  return id === undefined || data === undefined ? null : { id: Number(id), data: JSON.parse(data) };
}

export const textOf = (frames: readonly Frame[]): string =>
  frames.map(({ data }) => (data.type === 'text-delta' ? data.delta : '')).join('');

export const runOf = (frames: readonly Frame[]): string =>
  frames.find(({ data }) => data.type === 'data-run')?.data.data.id;
