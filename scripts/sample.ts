// The sample agent of a demo workspace: two sample documents and a session.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiError, type Client } from './client.ts';
import { type State, saveState } from './state.ts';

export type Sample = NonNullable<State['sample']>;

export interface FileStatus {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly progress: number;
  readonly error: { readonly code: string; readonly detail: string } | null;
}

const folder = join(import.meta.dirname, 'samples');
export const manual = {
  path: join(folder, 'espresso-machine-manual.pdf'),
  media_type: 'application/pdf',
};
export const handbook = { path: join(folder, 'cafe-handbook.md'), media_type: 'text/markdown' };

const agent = {
  name: 'Café assistant',
  slug: 'cafe-assistant',
  description: 'Answers questions about the espresso machine and the rules of the café.',
  config: {
    instructions: 'You help the staff of a café. Answer briefly, from the manual and the handbook.',
    welcome_message: 'Ask me about the machine or the café.',
    starter_questions: [
      'How long does descaling take?',
      'How long may open milk be kept?',
      'What does error E07 mean?',
    ],
  },
};

/** Creates missing parts of the sample and stores their ids; returns null if the owner has removed the sample. */
export async function ensureSample(
  client: Client,
  directory: string,
  state: State,
): Promise<Sample | null> {
  if (state.sample !== undefined)
    return (await isThere(client, state.sample)) ? state.sample : null;
  const { id } = await client.call<{ id: string }>('POST', '/agents', {
    json: agent,
    idempotencyKey: 'sample-agent',
  });
  const session = await client.call<{ id: string }>('POST', `/agents/${id}/sessions`, {
    json: { title: 'First questions' },
    idempotencyKey: `sample-session-${id}`,
  });
  // Last: reading the documents keeps the local server busy.
  await upload(client, id, [manual, handbook]);
  state.sample = { agent_id: id, session_id: session.id };
  saveState(directory, state);
  return state.sample;
}

/** Uploads files as a browser does. Uploading the same content again returns the existing file. */
export async function upload(
  client: Client,
  agent_id: string,
  documents: readonly (typeof manual)[],
): Promise<void> {
  const form = new FormData();
  for (const { path, media_type } of documents)
    form.append('file', new Blob([readFileSync(path)], { type: media_type }), basename(path));
  await client.call('POST', `/agents/${agent_id}/files`, { form });
}

/** Polls until all files of the agent are processed. Throws if one failed or after `within` milliseconds. */
export async function waitUntilRead(
  client: Client,
  agent_id: string,
  options: {
    within: number;
    signal: AbortSignal;
    onProgress?: (files: readonly FileStatus[]) => void;
  },
): Promise<void> {
  const until = Date.now() + options.within;
  for (;;) {
    const { data } = await client.call<{ data: FileStatus[] }>('GET', `/agents/${agent_id}/files`);
    options.onProgress?.(data);
    const failed = data.find((file) => file.status === 'failed');
    if (failed !== undefined)
      throw new Error(`${failed.name} could not be read: ${failed.error?.detail}`);
    if (data.every((file) => file.status === 'ready')) return;
    if (Date.now() > until)
      throw new Error(
        `Not ready after ${options.within / 1000} s: ${data.map(describe).join(', ')}`,
      );
    await wait(250, undefined, { signal: options.signal });
  }
}

const describe = ({ name, status }: FileStatus) => `${name} (${status})`;

async function isThere(client: Client, { session_id }: Sample): Promise<boolean> {
  try {
    await client.call('GET', `/sessions/${session_id}`);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}
