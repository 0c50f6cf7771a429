import { batch } from '../db/client.ts';
import { actAsKey } from '../identity/index.ts';
import { type Ctx, limitTo } from '../platform/context.ts';
import { startRun } from '../runs/index.ts';
import { Failure } from '../shared/failure.ts';
import { requestRun } from './request.ts';
import {
  pauseForKey,
  type ScheduleRow,
  type SlotRow,
  selectStart,
  updateStarting,
} from './store.ts';

interface Start {
  readonly slot: SlotRow;
  readonly schedule: ScheduleRow;
  /** The run of the slot; null until it has started. */
  readonly run: { readonly session_id: string | null } | null;
}

/** Returns a slot that is to start; null when it has ended, has started or was deleted. */
async function readStart({ db, workspace_id }: Ctx, slot_id: string): Promise<Start | null> {
  const [[slot], [schedule], [run = null]] = await batch(
    db,
    selectStart(db, workspace_id, slot_id),
  );
  return slot === undefined || schedule === undefined ? null : { slot, schedule, run };
}

/** Failures that may have passed when the job is repeated. */
const passing: ReadonlySet<string> = new Set([
  ...['rate_limited', 'session_busy', 'conflict', 'workspace_suspended'],
]);

/**
 * Starts the run of a claimed slot, once however often it is called: the id of the run was chosen
 * when the slot was claimed. A refusal that lasts ends the slot as failed; other errors are thrown.
 * The run covers the agents of the key of its schedule, and of these only `agent_ids` if they are given.
 */
export async function startSlot(
  ctx: Ctx,
  slot_id: string,
  agent_ids: readonly string[] | null,
): Promise<void> {
  const start = await readStart(ctx, slot_id);
  if (start === null || (await isStarted(ctx, start))) return;
  const { schedule, slot } = start;
  const asKey = await actAsKey(ctx, schedule.api_key_id);
  if (asKey === null) return refuseKey(ctx, start);
  const acting: Ctx = { ...asKey, actor: limitTo(asKey.actor, agent_ids) };
  const error = await requestRun(acting, schedule, slot.run_id)
    .then((request) => startRun(acting, request))
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  const now = await readStart(ctx, slot_id);
  if (now === null || (await isStarted(ctx, now))) return;
  if (!(error instanceof Failure)) throw error;
  const isLasting = error.status < 500 && !passing.has(error.code);
  await failSlot(ctx, now, error, isLasting);
  if (!isLasting) throw error;
}

/** Marks a slot whose run exists. */
async function isStarted(ctx: Ctx, { slot, run }: Start): Promise<boolean> {
  if (run === null) return false;
  const { session_id } = run;
  const now = ctx.now();
  const cleared = { error_code: null, error_detail: null };
  await updateStarting(ctx.db, slot, {
    status: 'running',
    session_id,
    started_at: now,
    ...cleared,
  });
  return true;
}

/** Records why a run did not start; `isLast` ends the slot. */
const failSlot = async (ctx: Ctx, { slot }: Start, error: Failure, isLast: boolean) =>
  void (await updateStarting(ctx.db, slot, {
    ...{ error_code: error.code, error_detail: error.message },
    ...(isLast ? { status: 'failed', ended_at: ctx.now() } : {}),
  }));

/** Ends the slot, and pauses its schedule: no later run could start either. */
async function refuseKey(ctx: Ctx, { slot, schedule }: Start): Promise<void> {
  const detail =
    'The API key of the schedule is revoked or expired, or may no longer run agents. Change the schedule with another key.';
  const failed = { status: 'failed', error_code: 'unauthenticated', error_detail: detail } as const;
  await batch(ctx.db, [
    pauseForKey(ctx.db, ctx.workspace_id, schedule.id, ctx.now()),
    updateStarting(ctx.db, slot, { ...failed, ended_at: ctx.now() }),
  ]);
}

/** Ends a slot whose run could not be started in any attempt, with the last known reason. */
export async function giveUpSlot(ctx: Ctx, slot_id: string): Promise<void> {
  const start = await readStart(ctx, slot_id);
  if (start === null || (await isStarted(ctx, start))) return;
  const { slot } = start;
  await updateStarting(ctx.db, slot, {
    status: 'failed',
    error_code: slot.error_code ?? 'unavailable',
    error_detail: slot.error_detail ?? 'The run could not be started.',
    ended_at: ctx.now(),
  });
}
