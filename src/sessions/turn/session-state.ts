import { batchWithModels } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { type RunVersion, toRunVersion } from '../../runs/index.ts';
import { notFound } from '../../shared/failure.ts';
import { headOf, type MessageRow, selectPath } from '../store/messages.ts';
import { selectVersionOfSession } from '../store/runs.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';

/**
 * Messages that are read with the session: as many as fit the default window. A larger window needs
 * another trip.
 */
const firstRead = 25;
const maxMessages = 400;

/** The maximum number of messages in a window of history, which bounds what a turn reads of a session. */
export const historyLimit = (window_tokens: number): number =>
  Math.min(maxMessages, Math.max(firstRead, Math.ceil(window_tokens / 333)));

/** The state of a session that its host caches between turns. The batch that starts a run checks it against D1. */
export interface SessionState {
  readonly session: SessionRow;
  /** Null when the requested version does not exist. */
  readonly version: RunVersion | null;
  /** The request that the version was chosen by; undefined when that is not known. */
  readonly requested: string | null | undefined;
  /** The active branch, oldest first, as far as the history may reach. */
  readonly path: readonly MessageRow[];
}

/** Reads a session, its version and its active branch in one trip. Throws `not_found`. */
export async function readSessionState(
  ctx: Ctx,
  session_id: string,
  requested: string | null,
): Promise<SessionState> {
  const { db, workspace_id } = ctx;
  const [sessions, versions, newest] = await batchWithModels(ctx, [
    selectSession(db, workspace_id, session_id),
    selectVersionOfSession(db, workspace_id, session_id, requested),
    selectPath(db, workspace_id, session_id, headOf(workspace_id, session_id), firstRead),
  ]);
  const [session] = sessions;
  if (session === undefined) throw notFound('session');
  const version = versions[0] === undefined ? null : toRunVersion(versions[0]);
  return { session, version, requested, path: await lengthen(ctx, session_id, newest, version) };
}

/** Returns the branch that ends with a message, as far as the history may reach; empty when the message does not exist. */
export async function readPath(
  ctx: Ctx,
  session_id: string,
  leaf: string,
  version: RunVersion | null,
): Promise<MessageRow[]> {
  const newest = await selectPath(ctx.db, ctx.workspace_id, session_id, leaf, firstRead).all();
  return lengthen(ctx, session_id, newest, version);
}

async function lengthen(
  ctx: Ctx,
  session_id: string,
  newest: readonly MessageRow[],
  version: RunVersion | null,
): Promise<MessageRow[]> {
  const limit = historyLimit(version?.config.memory.window_tokens ?? 0);
  const before = newest.at(-1)?.parent_id ?? null;
  const isAll = limit <= firstRead || newest.length < firstRead || before === null;
  const older = isAll
    ? []
    : await selectPath(ctx.db, ctx.workspace_id, session_id, before, limit - firstRead).all();
  return [...newest, ...older].reverse();
}

/** Returns the branch with the messages of a turn appended, no longer than the history may reach. */
export const appended = (
  path: readonly MessageRow[],
  { config }: RunVersion,
  ...more: readonly MessageRow[]
): MessageRow[] => [...path, ...more].slice(-historyLimit(config.memory.window_tokens));
