import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  type Assigned,
  type Fact,
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
import { selectFactsOfSession } from '../memories/store.ts';
import { type ClaimedSession, selectClaimedSession } from '../store/claims.ts';

/** The session that the host has cached differs from the stored one and has to be read again. */
export class StaleSessionError extends Error {}

export interface StartedTurn {
  readonly session: ClaimedSession;
  /** Null for the cached version. */
  readonly version: RunVersion | null;
  readonly summary: Summary | null;
  readonly facts: readonly Fact[];
  /** The experiment that the run is part of. */
  readonly assigned: Assigned;
}

/** Reads of the batch; its last results, in this order, are facts and summary. */
interface Read {
  readonly hasSummary: boolean;
  readonly mayRemember: boolean;
  readonly fixed: RunVersion | null;
}

/** Commits the start of a turn. Throws `StaleSessionError`, and the failure of a violated constraint. */
export async function commitStart(
  ctx: Ctx,
  run: RunRow,
  change: Parameters<typeof commitIdempotent>[1],
  { hasSummary, mayRemember, fixed }: Read,
): Promise<StartedTurn> {
  const wasMade = async () =>
    (await selectRun(ctx.db, run.workspace_id, run.id).get()) !== undefined;
  let results: unknown[] | null;
  try {
    results = await commitIdempotent(ctx, change, wasMade);
  } catch (error) {
    if (isGuardViolation(error, 'messages.attachments'))
      throw invalid('/attachments', 'An attachment was deleted concurrently.');
    if (isGuardViolation(error, 'conversations.metadata'))
      throw new Failure(
        'conflict',
        'The items of the conversation have changed concurrently. Retry.',
        {
          retryAfter: 1,
        },
      );
    // The first two messages of a conversation arrived at once, and one of them has created the
    // session.
    if (isUniqueViolation(error, 'sessions.id')) throw new StaleSessionError();
    // Another message has added the same file to the session concurrently.
    if (isUniqueViolation(error, 'attachments.session_id', 'attachments.sha256'))
      throw new StaleSessionError();
    if (isGuardViolation(error, 'messages.seq') || isGuardViolation(error, 'runs.version_id'))
      throw new StaleSessionError();
    throw error;
  }
  const read = results ?? [
    await selectClaimedSession(ctx.db, run.workspace_id, run.session_id ?? '').all(),
    await selectRun(ctx.db, run.workspace_id, run.id).all(),
    ...(fixed === null ? [await selectVersionOfRun(ctx.db, run.id, null).all()] : []),
    ...(mayRemember
      ? [await selectFactsOfSession(ctx.db, run.workspace_id, run.session_id ?? '')]
      : []),
    ...(hasSummary
      ? [await selectSummary(ctx.db, run.workspace_id, run.session_id ?? '').all()]
      : []),
  ];
  const [sessions, runs, versions] = read as [ClaimedSession[], Assigned[], RunVersionRow[]?];
  const [session] = sessions;
  const [stored] = runs;
  if (session === undefined || stored === undefined) throw notFound('session');
  const { experiment_id, variant_id, subject } = stored;
  const [summary = null] = hasSummary ? (read.at(-1) as Summary[]) : [];
  const facts = mayRemember ? (read.at(hasSummary ? -2 : -1) as Fact[]) : [];
  const found = fixed === null ? versions?.[0] : undefined;
  const version = found === undefined ? null : toRunVersion(found);
  return { session, version, summary, facts, assigned: { experiment_id, variant_id, subject } };
}
