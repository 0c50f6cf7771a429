import { type FileBatch, Problem, type UploadedFile } from '../../../client/index.ts';
import { isWorthRepeating, pauseBefore } from '../../api/api.ts';
import { workspaceOfPath } from '../../app/places.ts';

interface Sending {
  readonly base_id: string;
  readonly file: File;
  readonly signal: AbortSignal;
  /** Called with the share of the bytes that were sent. */
  readonly onSent: (share: number) => void;
}

/** Uploads one file; with the `external_id` of a file it replaces its content. Throws a `Problem`. */
export function sendFile(
  sending: Sending & { readonly external_id: string | null },
): Promise<UploadedFile> {
  const { external_id } = sending;
  return send<UploadedFile>(sending, 'files', external_id === null ? {} : { external_id });
}

/** Uploads an archive, or a list of addresses, whose files become a batch. Throws a `Problem`. */
export const sendBatch = (sending: Sending & { readonly defaults: string }): Promise<FileBatch> =>
  send<FileBatch>(sending, 'batches', { defaults: sending.defaults });

/**
 * Sends a form and reports how much was sent, which `fetch` cannot. A lost connection or a busy server is tried again with the
 * same idempotency key.
 */
async function send<Result>(
  sending: Sending,
  part: 'files' | 'batches',
  fields: Readonly<Record<string, string>>,
): Promise<Result> {
  const key = crypto.randomUUID();
  for (let attempts = 0; ; attempts += 1) {
    try {
      return (await attempt(sending, part, fields, key)) as Result;
    } catch (error) {
      if (sending.signal.aborted || !isWorthRepeating(attempts, error)) throw error;
      await pause(pauseBefore(attempts, error), sending.signal);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

function attempt(
  { base_id, file, signal, onSent }: Sending,
  part: string,
  fields: Readonly<Record<string, string>>,
  key: string,
): Promise<unknown> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(Problem.unreachable(new Error('The upload was interrupted.')));
    request.open('POST', `/api/v1/knowledge-bases/${base_id}/${part}`);
    request.setRequestHeader('Idempotency-Key', key);
    const workspace = workspaceOfPath(location.pathname);
    if (workspace !== null) request.setRequestHeader('AgentGrid-Workspace', workspace);
    request.upload.addEventListener('progress', ({ loaded, total }) => onSent(loaded / total));
    request.addEventListener('error', fail);
    request.addEventListener('abort', fail);
    request.addEventListener('load', () => {
      const { status, responseText } = request;
      if (status === 202) return resolve(JSON.parse(responseText));
      const headers = { 'retry-after': request.getResponseHeader('retry-after') ?? '' };
      return Problem.from(new Response(responseText, { status, headers })).then(reject);
    });
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) return fail();
    request.send(form);
  });
}
