import { inject } from 'vitest';
import { openClient } from '../../../scripts/client.ts';
import type { SharedServer } from '../browser/shared.ts';

export interface SharedWorkspace extends SharedServer {
  readonly workspace_id: string;
  readonly key: string;
}

/** Reads what the set-up of all files provides; the first reader of a part starts it. */
export async function askShared<Reply>(path: string): Promise<Reply> {
  const response = await fetch(inject('shared') + path);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Reply;
}

/** Creates a workspace on the server that all files share. */
export async function openSharedWorkspace(): Promise<SharedWorkspace> {
  const server = await askShared<SharedServer>('/server');
  const made = await openClient(server.url, server.root_key).call<{
    workspace: { id: string };
    api_key: { secret: string };
  }>('POST', '/workspaces', { json: { name: crypto.randomUUID() } });
  return { ...server, workspace_id: made.workspace.id, key: made.api_key.secret };
}
