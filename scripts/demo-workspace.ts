import { ApiError, openClient } from './client.ts';
import { type State, saveState } from './state.ts';

export interface DemoWorkspace {
  readonly workspace_id: string;
  readonly key: string;
  readonly isNew: boolean;
}

/** The workspace of this state directory and its admin key; made when there is none, or when its key no longer works. */
export async function openWorkspace(
  url: string,
  directory: string,
  state: State,
): Promise<DemoWorkspace> {
  if (
    state.key !== undefined &&
    state.workspace_id !== undefined &&
    (await isValid(url, state.key))
  ) {
    return { workspace_id: state.workspace_id, key: state.key, isNew: false };
  }
  // Named by what was there before, so that a start that was killed half-way is gone on with, not repeated.
  const digest = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(`${state.root_key}:${state.workspace_id ?? ''}`),
  );
  const made = await openClient(url, state.root_key).call<{
    workspace: { id: string };
    api_key: { secret: string };
  }>('POST', '/workspaces', {
    json: { name: 'Demo' },
    idempotencyKey: `demo-workspace-${Buffer.from(digest).toString('base64url')}`,
  });
  state.workspace_id = made.workspace.id;
  state.key = made.api_key.secret;
  delete state.sample;
  saveState(directory, state);
  return { workspace_id: state.workspace_id, key: state.key, isNew: true };
}

async function isValid(url: string, key: string): Promise<boolean> {
  try {
    await openClient(url, key).call('GET', '/users/me');
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
