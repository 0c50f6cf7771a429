import { vi } from 'vitest';
import type { Answer, Workspace } from './api.ts';

export interface Part {
  readonly name: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  readonly type?: string;
}

/** A multipart upload of the given files; `fields` are its text parts. */
export function uploadForm(
  workspace: Workspace,
  path: string,
  parts: readonly Part[],
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const { name, content, type } of parts)
    form.append('file', new Blob([content], { type: type ?? '' }), name);
  return workspace.post(path, undefined, { body: form, headers });
}

/** Creates a knowledge base, which keeps no history unless `settings` say so. */
export async function newBase(
  workspace: Workspace,
  settings: Record<string, unknown> = {},
): Promise<string> {
  const { status, body } = await workspace.post('/knowledge-bases', {
    name: 'Base',
    retention_days: 0,
    ...settings,
  });
  if (status !== 201) throw new Error(`creating a base gave ${status}: ${JSON.stringify(body)}`);
  return body.id;
}

/** Uploads text and waits until it can be searched; returns the file. */
export async function addText(
  workspace: Workspace,
  base: string,
  name: string,
  text: string,
  rest: Record<string, unknown> = {},
) {
  const { status, body } = await workspace.post(`/knowledge-bases/${base}/files`, {
    name,
    text,
    ...rest,
  });
  if (status !== 202) throw new Error(`uploading ${name} gave ${status}: ${JSON.stringify(body)}`);
  return settled(workspace, body.data[0].id);
}

/** Waits until a file is `ready` or `failed`, and returns it. */
// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
export async function settled(workspace: Workspace, file: string): Promise<any> {
  const { body } = await vi.waitUntil(
    async () => {
      const answer = await workspace.get(`/files/${file}`);
      return ['ready', 'failed'].includes(answer.body.status) ? answer : null;
    },
    { timeout: 150_000, interval: 30 },
  );
  return body;
}
