import type { Caller } from '../../http/authorize.ts';
import type { Guarded } from '../../http/permissions.ts';
import type { Platform } from '../../platform/cloudflare.ts';
import { sha256 } from '../../shared/digest.ts';
import { Failure } from '../../shared/failure.ts';
import { isId } from '../../shared/id.ts';
import { inForce } from '../../shared/rate-rules.ts';
import { toUserActor } from '../members/member-actor.ts';
import { refuseCrossSite } from './cookie.ts';
import { idleFor, touchEvery } from './limits.ts';
import { selectSession, touchSession } from './store.ts';

/**
 * Returns the caller of a session cookie: a member of the workspace that the header `AgentGrid-Workspace` names, or of
 * the last one; the person for operations apart from workspaces. Read from the database for every request, so that a
 * removed member and an ended session are refused at once.
 */
export async function authenticateSession(
  platform: Platform,
  request: Request,
  token: string,
  access: Guarded,
): Promise<Caller> {
  refuseCrossSite(request);
  const named = request.headers.get('agentgrid-workspace');
  const now = platform.now();
  const row =
    token === '' ? undefined : await selectSession(platform.db, await sha256(token), named).get();
  const reason =
    row === undefined
      ? 'session unknown'
      : row.expires_at <= now || row.last_seen_at + idleFor <= now
        ? 'session expired'
        : null;
  if (row === undefined || reason !== null) {
    platform.log.warn('authentication_failed', { reason });
    throw new Failure('unauthenticated', 'The session has ended. Sign in again.');
  }
  if (access === 'root')
    throw new Failure('forbidden', 'This operation requires the root key of the deployment.');
  const person = { type: 'person', id: row.user_id, session_id: row.id } as const;
  const switched = named === null || row.member_id === null ? null : row.workspace_id;
  if (
    now - row.last_seen_at > touchEvery ||
    (switched ?? row.last_workspace_id) !== row.last_workspace_id
  )
    touch(platform, row.id, now, switched);
  if (access === 'person') return { workspace_id: '', actor: person, rate_limits: null };
  if (row.member_id === null || row.workspace_id === null || row.role === null)
    throw noWorkspace(named);
  const { member_id: id, role, workspace_id, rate_rules, rate_revision } = row;
  const rate_limits = rate_rules === null ? null : inForce(rate_rules, rate_revision ?? 0, id);
  return { workspace_id, actor: toUserActor({ id, role }), rate_limits };
}

/** The same for a workspace that does not exist and for one of others. */
export const noWorkspace = (named: string | null) =>
  new Failure(
    'forbidden',
    named === null
      ? 'You are not a member of an active workspace.'
      : isId('ws', named)
        ? 'You are not a member of this workspace, or it is suspended.'
        : 'AgentGrid-Workspace must be the id of a workspace.',
  );

function touch(platform: Platform, id: string, now: number, workspace_id: string | null): void {
  const actor = { type: 'system', name: 'session' } as const;
  const { defer, db } = platform.context({ workspace_id: '', actor });
  defer(touchSession(db, id, now, workspace_id).run());
}
