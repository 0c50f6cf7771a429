import { callTool } from '../protocols/mcp/support.ts';
import type { Workspace } from '../support/api.ts';
import { question, streamed, textOf, type World } from './world.ts';

/** Returns everything that a way to the passages sends to its reader. */
export type Way = (reader: Workspace, given: World) => Promise<string>;

const search =
  (path: (given: World) => string, rest: object): Way =>
  async (reader, given) =>
    textOf(await reader.post(path(given), { query: question, top_k: 50, ...rest }));

const ofAgent = ({ agents }: World) => `/agents/${agents.quoting}/search`;
const ofBase = ({ base }: World) => `/knowledge-bases/${base}/search`;

export const newSession = async (reader: Workspace, agent: string): Promise<string> =>
  (await reader.post(`/agents/${agent}/sessions`, {})).body.id;

/** All that can be read of a session, its messages and runs. */
export async function readAll(reader: Workspace, session: string): Promise<string> {
  const { body } = await reader.get(`/sessions/${session}/messages?branch=all`);
  const messages = body.data as { id: string; run_id: string }[];
  const paths = [
    `/sessions/${session}`,
    '/sessions',
    ...messages.map(({ id }) => `/messages/${id}`),
    ...messages.map(({ run_id }) => `/runs/${run_id}`),
  ];
  const streams = [
    `/chat/${session}/stream`,
    ...messages.map((one) => `/runs/${one.run_id}/events`),
  ];
  const parts = [
    textOf({ status: 200, body }),
    textOf(await reader.post(`/sessions/${session}/suggestions`, {})),
    ...(await Promise.all(paths.map(async (path) => textOf(await reader.get(path))))),
    ...(await Promise.all(streams.map((path) => streamed(reader, 'GET', path)))),
  ];
  return parts.join('\n');
}

const turnOf =
  (agent: keyof World['agents']): Way =>
  async (reader, { agents }) => {
    const session = await newSession(reader, agents[agent]);
    const sent = await reader.post(`/sessions/${session}/messages`, { message: question });
    const again = await streamed(reader, 'POST', `/messages/${sent.body.id}/regenerate`, {});
    return [textOf(sent), again, await readAll(reader, session)].join('\n');
  };

const oneOff =
  (agent: keyof World['agents']): Way =>
  async (reader, { agents }) => {
    const run = await reader.post(`/agents/${agents[agent]}/runs`, { message: question });
    return [
      textOf(run),
      textOf(await reader.get(`/messages/${run.body.id}`)),
      textOf(await reader.get(`/runs/${run.body.run_id}`)),
      await streamed(reader, 'GET', `/runs/${run.body.run_id}/events`),
    ].join('\n');
  };

const chat: Way = async (reader, { agents }) => {
  const id = await newSession(reader, agents.quoting);
  const messages = [{ id: 'm', role: 'user', parts: [{ type: 'text', text: question }] }];
  const sent = await streamed(reader, 'POST', '/chat', { id, messages, trigger: 'submit-message' });
  return [sent, await readAll(reader, id)].join('\n');
};

const mcp: Way = async ({ key }, { agents }) => {
  const call = async (name: string, args: object) =>
    (await callTool(key, name, args, { path: `/mcp/agents/${agents.quoting}` })).result;
  const found = await call('search', { query: question });
  const ids = found.structuredContent.results.map(({ id }: { id: string }) => id) as string[];
  const documents = await Promise.all(ids.map((id) => call('fetch', { id })));
  return JSON.stringify([found, ...documents]);
};

const get =
  (path: (given: World) => string): Way =>
  async (reader, given) =>
    textOf(await reader.get(path(given)));

/** Ways that show all files which the reader may read. */
export const complete: Readonly<Record<string, Way>> = {
  'search of an agent': search(ofAgent, {}),
  'search of a base': search(ofBase, {}),
  'keyword search': search(ofBase, { mode: 'keyword' }),
  'vector search': search(ofBase, { mode: 'vector' }),
  'reranked search': search(ofBase, { reranker: 'builtin/lexical' }),
  'search with more groups': search(ofBase, { groups: ['staff', 'finance', 'board'] }),
};

/** Ways that show some of them. */
export const partial: Readonly<Record<string, Way>> = {
  'turn of an agent that quotes': turnOf('quoting'),
  'turn with a search tool': turnOf('searching'),
  'turn with a delegate': turnOf('delegating'),
  'turn of a model': turnOf('scripted'),
  'run without a session': oneOff('quoting'),
  'run with a search tool': oneOff('searching'),
  'chat of the AI SDK': chat,
  'search and fetch of the MCP server': mcp,
};

/** Ways that are not for end users. */
export const closed: Readonly<Record<string, Way>> = {
  files: get(({ base }) => `/knowledge-bases/${base}/files`),
  'files of an agent': get(({ agents }) => `/agents/${agents.quoting}/files`),
  file: get(({ files }) => `/files/${files.open}`),
  'original of a file': get(({ files }) => `/files/${files.open}/content`),
  'text of a file': get(({ files }) => `/files/${files.open}/text`),
  'chunks of a file': get(({ files }) => `/files/${files.open}/chunks`),
  runs: get(() => '/runs'),
  'search in sessions': get(() => '/sessions?q=vault'),
  'preview of chunks': async (reader, { base }) =>
    textOf(await reader.post(`/knowledge-bases/${base}/chunk-preview`, { text: 'vault' })),
};
