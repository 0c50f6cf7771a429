import { ApiError, openClient } from './client.ts';
import { type State, saveState } from './state.ts';

export interface DemoWorkspace {
  readonly workspace_id: string;
  readonly key: string;
  readonly isNew: boolean;
}

/** Returns the workspace of this state directory and its admin key. Creates them if there are none or the key is no longer valid. */
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
  // The idempotency key derives from the previous state, so that a start after an interruption continues and does not repeat the creation.
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

/** Returns a link that signs a person in as an owner of the workspace, once, within 10 minutes; by default the user of this machine. */
export async function signInLink(
  url: string,
  { root_key }: Pick<State, 'root_key'>,
  workspace_id: string,
  email = 'owner@agentgrid.localhost',
): Promise<string> {
  const json = { workspace_id, email, name: 'Owner' };
  const { url: link } = await openClient(url, root_key).call<{ url: string }>(
    'POST',
    '/sign-in-links',
    { json },
  );
  const target = new URL(link);
  target.searchParams.set('next', '/console');
  return target.href;
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
