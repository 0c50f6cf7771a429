import { findAgentId } from '../../agents/index.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { ReplayKind, ReplayStatus } from '../../db/schema/replays.ts';
import { commit } from '../../platform/commit.ts';
import { type Ctx, coveredAgents, coversAgent, payingKey } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { replayJob } from './process-replay.ts';
import type { ReplaysQuery, ResumeReplay } from './schema.ts';
import {
  changeStatus,
  markDeleted,
  maxRunning,
  type ReplayRow,
  refreshTally,
  selectReplay,
  selectReplays,
} from './store.ts';
import type { ReplayTurn, TurnsQuery } from './turn-schema.ts';
import { listTurnsOf } from './turns.ts';

export const auditOf = (action: string, { id, kind, agent_id }: ReplayRow) => ({
  action: `${kind}.${action}`,
  target_type: kind,
  target_id: id,
  detail: { agent_id },
});

/** Returns a replay or shadow. Throws `not_found`, also for one of an agent that the key does not cover. */
export async function findReplay(ctx: Ctx, id: string, kind: ReplayKind): Promise<ReplayRow> {
  const row = await selectReplay(ctx.db, ctx.workspace_id, id, kind).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound(kind);
  return row;
}

/** Lists replays or shadows, newest first; a key that is limited to agents sees theirs. */
export const listReplays = async <Item>(
  ctx: Ctx,
  kind: ReplayKind,
  { limit, cursor, ...query }: ReplaysQuery,
  toItem: (row: ReplayRow) => Item,
): Promise<Page<Item>> => {
  const agent = await findAgentId(ctx, query.agent);
  const only = coveredAgents(ctx.actor);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: kind,
      filters: { agent, only: only?.join() },
    },
    { limit, cursor },
    (after, count) =>
      selectReplays(ctx.db, ctx.workspace_id, { kind, agent, only }, after, count).all(),
    ({ id }) => id,
    toItem,
  );
};

export const listTurns = async (
  ctx: Ctx,
  id: string,
  kind: ReplayKind,
  query: TurnsQuery,
): Promise<Page<ReplayTurn>> => listTurnsOf(ctx, await findReplay(ctx, id, kind), query);

export const tooManyRunning = () =>
  new Failure(
    'conflict',
    `A workspace has at most ${maxRunning} running replays and shadows. Stop one first.`,
  );

const verbs = {
  cancel: { from: ['running', 'paused'], to: 'cancelled' },
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
} as const satisfies Record<string, { from: readonly ReplayStatus[]; to: ReplayStatus }>;

/**
 * Cancels, pauses or resumes a replay. Turns that are being answered are finished. Throws `not_found`, and `conflict` for a replay in
 * another status.
 */
export async function changeReplay<Item>(
  ctx: Ctx,
  id: string,
  kind: ReplayKind,
  verb: keyof typeof verbs,
  toItem: (row: ReplayRow) => Item,
  { max_cost_usd }: ResumeReplay = {},
): Promise<Item> {
  const row = await findReplay(ctx, id, kind);
  const { from, to } = verbs[verb];
  const now = ctx.now();
  const isResumed = verb === 'resume';
  const changes = {
    status: to,
    updated_at: now,
    ...{ error_code: null, error_detail: null },
    ...(verb === 'cancel' ? { ended_at: now } : {}),
    ...(isResumed ? { api_key_id: payingKey(ctx.actor) } : {}),
    // What a shadow has missed in the meantime is not made up for.
    ...(isResumed && kind === 'shadow' ? { read_until: now, read_run_id: '' } : {}),
    ...(max_cost_usd === undefined ? {} : { max_cost_nano_usd: fromUsd(max_cost_usd) }),
  };
  const reply = toItem({ ...row, ...changes });
  try {
    await commit(ctx, {
      statements: [changeStatus(ctx.db, row, from, changes), refreshTally(ctx.db, id, now)],
      audit: [auditOf(verb, row)],
      jobs: isResumed ? [replayJob(row, payingKey(ctx.actor))] : [],
      reply,
    });
  } catch (error) {
    if (isGuardViolation(error, 'replays.label')) throw tooManyRunning();
    if (!isGuardViolation(error, 'replays.status')) throw error;
    throw new Failure('conflict', `The ${kind} is ${row.status}.`);
  }
  return reply;
}

/** Deletes a replay with its answers. Throws `not_found`. */
export async function deleteReplay(ctx: Ctx, id: string, kind: ReplayKind): Promise<void> {
  const row = await findReplay(ctx, id, kind);
  await commit(ctx, {
    statements: [markDeleted(ctx.db, row, ctx.now())],
    audit: [auditOf('delete', row)],
  });
}
