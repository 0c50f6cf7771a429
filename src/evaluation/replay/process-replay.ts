import { selectAgent, selectVersionFor } from '../../agents/index.ts';
import { batch, type Statement } from '../../db/client.ts';
import { actAsKey } from '../../identity/index.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { commitStep, type NextStep } from '../../platform/next-step.ts';
import { isOpen, type RunRow } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { type PastTurn, readPastTurn } from './past-turn.ts';
import { outcomeOf, parseDraft, runAgain, type Target } from './replay-turn.ts';
import {
  claimTurns,
  deleteTurn,
  type ReplayRow,
  refreshTally,
  selectReplay,
  settleReplay,
  updateTurn,
} from './store.ts';

/** Runs of one turn, when a host died during the others. */
const maxAttempts = 3;

/** Failures after which the replay waits for a person, and those after which it tries again. */
const blocking: ReadonlySet<string> = new Set(['budget_exceeded']);
const passing: ReadonlySet<string> = new Set([
  'rate_limited',
  'unavailable',
  'workspace_suspended',
]);

export const replayJob = ({ id }: Pick<ReplayRow, 'id'>, api_key_id: string | null) => ({
  job: { type: 'replay.process', replay_id: id, api_key_id } as const,
  lane: id,
  id: id.replace(/^rpl_/, 'job_'),
});

type TurnEnd =
  | { readonly type: 'done' | 'wait' | 'unpaid' }
  | { readonly type: 'blocked'; readonly failure: Failure };

/**
 * Answers some turns of a replay again and queues the next step. All state is in the database: a step that was interrupted continues
 * the runs that it has begun. Returns true when `end` was committed.
 */
export async function processReplay(ctx: Ctx, id: string, end?: Statement): Promise<boolean> {
  const replay = await selectReplay(ctx.db, ctx.workspace_id, id).get();
  if (replay?.status !== 'running') return false;
  const { statements, next } = await step(ctx, replay);
  const job = replayJob(replay, replay.api_key_id);
  await commitStep(
    ctx,
    [...statements, refreshTally(ctx.db, id, ctx.now())],
    end ?? null,
    job,
    next,
  );
  return end !== undefined;
}

interface Step {
  readonly statements: readonly Statement[];
  readonly next: NextStep;
}

async function step(ctx: Ctx, replay: ReplayRow): Promise<Step> {
  const now = ctx.now();
  const left = replay.max_cost_nano_usd - (replay.tally?.spent_nano_usd ?? 0);
  const target = await targetOf(ctx, replay, Math.max(0, Math.floor(left / replay.concurrency)));
  if (target === null)
    return pause(ctx, replay, 'not_found', 'The version of the replay no longer exists.');
  if (!(await hasValidKey(ctx, replay)))
    return pause(
      ctx,
      replay,
      'unauthenticated',
      'The API key that started it is revoked, expired or limited to other agents. Resume it with another one.',
    );
  const agent = await selectAgent(ctx.db, ctx.workspace_id, replay.agent_id).get();
  if (agent?.archived_at != null)
    return pause(ctx, replay, 'agent_archived', 'The agent is archived. Restore it and resume.');
  const run_ids = Array.from({ length: replay.concurrency }, () => ctx.newId('run'));
  const turns = left <= 0 ? [] : await claimTurns(ctx.db, replay.id, run_ids);
  const unpaid = () =>
    pause(ctx, replay, 'cost_limit', 'The cost limit is reached. Resume with a higher one.');
  if (left <= 0) return unpaid();
  if (turns.length === 0) {
    const ended = { status: 'completed', ended_at: now, updated_at: now } as const;
    return {
      statements: replay.kind === 'shadow' ? [] : [settleReplay(ctx.db, replay, ended)],
      next: 'end',
    };
  }
  const ends = await Promise.all(
    turns.map((turn) => tryTurn(ctx, { ...turn, run_id: turn.run_id as string }, target)),
  );
  const blocked = ends.find((one) => one.type === 'blocked');
  if (blocked?.type === 'blocked')
    return pause(ctx, replay, blocked.failure.code, blocked.failure.message);
  if (ends.some(({ type }) => type === 'unpaid')) return unpaid();
  const isWaiting = ends.some(({ type }) => type === 'wait');
  return { statements: [], next: isWaiting ? { delay_ms: 15 * second } : 'now' };
}

/** False when the key that pays for the runs may no longer run the agent. */
async function hasValidKey(ctx: Ctx, { api_key_id, agent_id }: ReplayRow): Promise<boolean> {
  if (api_key_id === null) return true;
  const acting = await actAsKey(ctx, api_key_id);
  return acting !== null && coversAgent(acting.actor, agent_id);
}

const pause = (ctx: Ctx, replay: ReplayRow, error_code: string, error_detail: string): Step => ({
  statements: [
    settleReplay(ctx.db, replay, {
      ...{ status: 'paused', error_code, error_detail },
      updated_at: ctx.now(),
    }),
  ],
  next: 'end',
});

async function targetOf(
  ctx: Ctx,
  replay: ReplayRow,
  max_cost_nano_usd: number,
): Promise<Target | null> {
  if (replay.draft !== null) return { replay, draft: parseDraft(replay.draft), max_cost_nano_usd };
  const { db, workspace_id } = ctx;
  const row = await selectVersionFor(db, workspace_id, replay.agent_id, replay.version_id).get();
  return row === undefined ? null : { replay, draft: parseDraft(row), max_cost_nano_usd };
}

interface ClaimedTurn {
  readonly source_run_id: string;
  readonly run_id: string;
  readonly attempts: number;
}

/** Answers a turn; one that fails for an unknown reason again and again does not keep the others. */
async function tryTurn(ctx: Ctx, turn: ClaimedTurn, target: Target): Promise<TurnEnd> {
  try {
    return await answerTurn(ctx, turn, target);
  } catch (error) {
    const attempts = turn.attempts + 1;
    const isLast = attempts >= maxAttempts;
    const failed = {
      ...{ state: 'done' as const, status: 'failed', error_code: 'internal', is_worse: true },
      ...{ is_changed: true, miss_count: 0, ended_at: ctx.now() },
    };
    const changes = { attempts, ...(isLast ? failed : {}) };
    const { id } = target.replay;
    await batch(ctx.db, [updateTurn(ctx.db, id, turn.source_run_id, turn.run_id, changes)]);
    if (!isLast) throw error;
    ctx.log.error('turn_not_replayed', { replay_id: id, run_id: turn.source_run_id, error });
    return { type: 'done' };
  }
}

async function answerTurn(ctx: Ctx, turn: ClaimedTurn, target: Target): Promise<TurnEnd> {
  const { id } = target.replay;
  const update = (changes: Parameters<typeof updateTurn>[4], usage: readonly Statement[] = []) =>
    batch(ctx.db, [
      updateTurn(ctx.db, id, turn.source_run_id, turn.run_id, changes),
      ...usage,
    ] as Statement[]);
  const past = await readPastTurn(ctx, turn.source_run_id);
  if (past === null) {
    await batch(ctx.db, [deleteTurn(ctx.db, id, turn.source_run_id)]);
    return { type: 'done' };
  }
  const row = await runAgain(ctx, past, turn.run_id, target);
  const released = { state: 'pending', run_id: null } as const;
  if (row instanceof Failure) {
    if (blocking.has(row.code) || passing.has(row.code)) {
      await update(released);
      return blocking.has(row.code) ? { type: 'blocked', failure: row } : { type: 'wait' };
    }
    await update(refused(ctx, past, row));
    return { type: 'done' };
  }
  // The turn keeps its run, so that it does not begin a second time.
  if (isOpen(row)) return { type: 'wait' };
  const extra_nano_usd = row.cost_nano_usd ?? 0;
  if (row.error_code === 'budget_exceeded') {
    await update({ ...released, extra_nano_usd });
    const detail = row.error_detail ?? 'A budget does not allow more runs.';
    return { type: 'blocked', failure: new Failure('budget_exceeded', detail) };
  }
  if (row.error_code === 'workspace_suspended') {
    await update({ ...released, extra_nano_usd });
    return { type: 'wait' };
  }
  if (row.status === 'interrupted' && turn.attempts + 1 < maxAttempts) {
    await update({ ...released, extra_nano_usd, attempts: turn.attempts + 1 });
    return { type: 'done' };
  }
  if (row.status === 'limit_exceeded' && wasCapped(row, target)) {
    await update({ ...released, extra_nano_usd });
    return { type: 'unpaid' };
  }
  const { changes, usage } = await outcomeOf(ctx, past, row, target);
  await update(changes, usage);
  return { type: 'done' };
}

/** The run has reached what the replay may still cost, rather than a limit of the version. */
const wasCapped = ({ cost_nano_usd }: RunRow, { draft, max_cost_nano_usd }: Target): boolean =>
  (cost_nano_usd ?? 0) >= max_cost_nano_usd &&
  max_cost_nano_usd < fromUsd(draft.config.limits.cost_usd);

/** The columns of a turn whose run could not start. */
const refused = (ctx: Ctx, { run }: PastTurn, { code, message }: Failure) => ({
  ...{ state: 'done' as const, status: 'failed', error_code: code, error_detail: message },
  ...{ run_id: null, tools: [], miss_count: 0, gaps: [], cost_nano_usd: 0 },
  is_changed: true,
  is_worse: run.status === 'completed',
  original_status: run.status,
  ended_at: ctx.now(),
});

/** Pauses a replay whose step failed repeatedly, so that a person can resume it. */
export async function pauseExhausted(ctx: Ctx, id: string): Promise<void> {
  const detail = 'Processing was interrupted repeatedly. Resume it.';
  const changes = { error_code: 'internal', error_detail: detail, updated_at: ctx.now() };
  await batch(ctx.db, [
    settleReplay(ctx.db, { id }, { status: 'paused', ...changes }),
    refreshTally(ctx.db, id, ctx.now()),
  ] as Statement[]);
}
