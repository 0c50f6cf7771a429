import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  type RunRow,
  type RunVersion,
  type RunVersionRow,
  type Summary,
  selectRun,
  selectVersionOfRun,
  toRunVersion,
} from '../../runs/index.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { selectSummary } from '../background/summary-store.ts';
import { type ClaimedSession, selectClaimedSession } from '../store/claims.ts';

/** A session as the host has cached it differs from the stored one; it has to be read again. */
export class StaleMemory extends Error {}

export interface StartedTurn {
  readonly session: ClaimedSession;
  /** Null when it is the cached one. */
  readonly version: RunVersion | null;
  readonly summary: Summary | null;
}

/** Commits the start of a turn. Throws `StaleMemory`, and what else the batch refuses. */
export async function commitStart(
  ctx: Ctx,
  run: RunRow,
  change: Parameters<typeof commitIdempotent>[1],
  hasSummary: boolean,
): Promise<StartedTurn> {
  const wasMade = async () =>
    (await selectRun(ctx.db, run.workspace_id, run.id).get()) !== undefined;
  let results: unknown[] | null;
  try {
    results = await commitIdempotent(ctx, change, wasMade);
  } catch (error) {
    if (isGuardViolation(error, 'messages.attachments'))
      throw invalid('/attachments', 'An attachment was deleted meanwhile.');
    if (isGuardViolation(error, 'conversations.metadata'))
      throw new Failure('conflict', 'The items of the conversation changed meanwhile. Retry.', {
        retryAfter: 1,
      });
    // The first two messages of a conversation at once: one has made the session.
    if (isUniqueViolation(error, 'sessions.id')) throw new StaleMemory();
    // Another message has brought the same file to the session meanwhile.
    if (isUniqueViolation(error, 'attachments.session_id', 'attachments.sha256'))
      throw new StaleMemory();
    if (isGuardViolation(error, 'messages.seq') || isGuardViolation(error, 'runs.version_id'))
      throw new StaleMemory();
    throw error;
  }
  const read = results ?? [
    await selectClaimedSession(ctx.db, run.workspace_id, run.session_id ?? '').all(),
    null,
    await selectVersionOfRun(ctx.db, run.id, null).all(),
    ...(hasSummary
      ? [await selectSummary(ctx.db, run.workspace_id, run.session_id ?? '').all()]
      : []),
  ];
  const [sessions, , versions] = read as [ClaimedSession[], unknown, RunVersionRow[]];
  const [session] = sessions;
  if (session === undefined) throw notFound('session');
  const [summary = null] = hasSummary ? (read.at(-1) as Summary[]) : [];
  const version = versions[0] === undefined ? null : toRunVersion(versions[0]);
  return { session, version, summary };
}
