import { newWorkspace, type Workspace } from '../support/api.ts';
import { openStream } from '../support/chat.ts';
import { addText } from '../support/files.ts';
import { playScript, type ScriptedProvider } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';

/** The files, by name, with the groups that may read them. */
const fileGroups = {
  open: null,
  staff: ['staff'],
  finance: ['finance', 'board'],
  nobody: [],
} as const;
export type FileName = keyof typeof fileGroups;
const fileNames = Object.keys(fileGroups) as FileName[];

/** The readers with their groups and the files that they may read; the key has no groups. */
export const readers = {
  anna: { groups: ['staff', 'finance'], reads: ['open', 'staff', 'finance'] },
  bob: { groups: ['staff'], reads: ['open', 'staff'] },
  eve: { groups: [], reads: ['open'] },
  // Groups are compared whole and with their case.
  mallory: { groups: ['Staff', 'sta', 'finance-board', 'null'], reads: ['open'] },
} as const satisfies Record<string, { groups: readonly string[]; reads: readonly FileName[] }>;
export type Reader = keyof typeof readers;
export const readerNames = Object.keys(readers) as Reader[];

/** Words that occur in one file only: in its name, its heading and its text. */
const marksOf = (file: FileName) => [`${file}namemark`, `${file}headmark`, `${file}textmark`];

/** The files that a reader may not read. */
export const closedTo = (reader: Reader): FileName[] =>
  fileNames.filter((file) => !(readers[reader].reads as readonly FileName[]).includes(file));

/** The files whose marks a text contains. */
export const filesIn = (text: string): FileName[] =>
  fileNames.filter((file) => marksOf(file).some((mark) => text.toLowerCase().includes(mark)));

const usage = { input_tokens: 10, output_tokens: 5 };
const calls = (name: string, args: object): Round => ({
  tool_calls: [{ id: crypto.randomUUID(), name, arguments: args }],
  usage,
});
const says: Round = { text: ['Here you are [1][2][3][4].'], usage };

export const question = 'What is the code of the vault?';

export interface World {
  readonly workspace: Workspace;
  readonly base: string;
  readonly files: Readonly<Record<FileName, string>>;
  /** An agent that quotes its files, one that searches them with a tool, and one that delegates to the first. */
  readonly agents: Readonly<Record<'quoting' | 'searching' | 'delegating' | 'scripted', string>>;
  readonly providers: readonly ScriptedProvider[];
  token(reader: string, groups: readonly string[], rest?: object): Promise<string>;
  as(reader: Reader): Promise<Workspace>;
}

/** A workspace with the files and agents. */
export async function newWorld(): Promise<World> {
  const workspace = await newWorkspace();
  const knowledge = { mode: 'hybrid', top_k: 8 };
  const { body: quoting } = await workspace.post('/agents', {
    name: 'Quoting',
    slug: 'quoting',
    config: { model: 'builtin/extractive', knowledge },
  });
  const base: string = quoting.base_id;
  const base_ids = [base];
  const files = Object.fromEntries(
    await Promise.all(
      fileNames.map(async (name) => {
        const [inName, inHeading, inText] = marksOf(name);
        // The fewer may read a file, the better it matches.
        const filler = ' There is more to say.'.repeat(8 - 2 * fileNames.indexOf(name));
        const text = `# Vault ${inHeading}\n\nThe code of the vault is ${inText}.${filler}`;
        const file = await addText(workspace, base, `${inName}.md`, text, {
          groups: fileGroups[name],
        });
        return [name, file.id];
      }),
    ),
  ) as World['files'];
  const providers: ScriptedProvider[] = [];
  const scripted = async (slug: string, rounds: readonly Round[], config: object) => {
    const provider = await playScript({ rounds, repeat: true });
    providers.push(provider);
    const name =
      slug === 'searching' ? 'openai-compatible' : slug === 'delegating' ? 'openai' : 'mistral';
    await workspace.put(`/providers/${name}`, {
      base_url: provider.base_url.compatible,
      api_key: provider.api_key,
    });
    const { status, body } = await workspace.post('/agents', {
      name: slug,
      slug,
      config: { model: `${name}/scripted`, ...config },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id as string;
  };
  const search = calls('knowledge_search', { query: question });
  const delegate = calls('agent', { agent: 'quoting', message: question });
  const none = { base_ids: [] };
  const agents = {
    quoting: quoting.id,
    searching: await scripted('searching', alternate(search), {
      tools: ['knowledge_search'],
      knowledge: { base_ids },
    }),
    delegating: await scripted('delegating', alternate(delegate), {
      tools: ['agent'],
      knowledge: none,
    }),
    scripted: await scripted('scripted', [says], { knowledge: { base_ids } }),
  };
  const token = async (end_user_id: string, groups: readonly string[], rest: object = {}) => {
    const agent_ids = Object.values(agents);
    const given = { end_user_id, groups, agent_ids, ...rest };
    const { status, body } = await workspace.post('/end-user-tokens', given);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.token as string;
  };
  const as = async (reader: Reader) => workspace.as(await token(reader, readers[reader].groups));
  return { workspace, base, files, providers, agents, token, as };
}

/** Enough rounds for every turn of a test: a call, then the answer. */
const alternate = (call: Round): Round[] =>
  Array.from({ length: 20 }, () => [{ ...call, tool_calls: call.tool_calls ?? [] }, says]).flat();

export const textOf = (answer: { status: number; body: unknown }): string =>
  `${answer.status} ${JSON.stringify(answer.body)}`;

/** The whole of a stream, headers included. */
export async function streamed(
  reader: Workspace,
  method: string,
  path: string,
  json?: object,
): Promise<string> {
  const response = await openStream(reader, method, path, json === undefined ? {} : { json });
  return `${response.status} ${await response.text()}`;
}
