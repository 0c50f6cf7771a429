import { findAgent } from '../../agents/index.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { withRange } from '../../http/schema.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coversAgent, payingKey } from '../../platform/context.ts';
import { mayReadMessages } from '../../runs/index.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { checkScorer } from '../scorers/check-scorers.ts';
import {
  type AnswerScore,
  type CreateOnlineScorer,
  type OnlineScorer,
  type ScoresQuery,
  toOnlineScorer,
  toScore,
  type UpdateOnlineScorer,
} from './schema.ts';
import {
  changeScorer,
  insertScorer,
  maxScorers,
  type OnlineScorerRow,
  selectScorer,
  selectScorers,
  selectScores,
  skipPending,
} from './store.ts';

type IfMatch = readonly string[] | null;

const auditOf = (action: string, { id, agent_id, revision }: OnlineScorerRow) => ({
  action: `online_scorer.${action}`,
  target_type: 'online_scorer',
  target_id: id,
  detail: { agent_id, revision },
});

async function findScorer(ctx: Ctx, id: string): Promise<OnlineScorerRow> {
  const row = await selectScorer(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('online scorer');
  return row;
}

/** Throws `not_found` for the agent, `validation_failed`, and `conflict` for too many scorers. */
export async function createScorer(
  ctx: Ctx,
  agentName: string,
  { scorer, share, daily_cost_usd, ...input }: CreateOnlineScorer,
): Promise<OnlineScorer> {
  const agent = await findAgent(ctx, agentName);
  await checkScorer(ctx, scorer, '/scorer');
  const now = ctx.now();
  const row: OnlineScorerRow = {
    ...input,
    ...{ id: ctx.newId('osc'), workspace_id: ctx.workspace_id, agent_id: agent.id },
    scorer: { ...scorer },
    share: Math.round(share * 1e6),
    daily_cost_nano_usd: fromUsd(daily_cost_usd),
    disabled_reason: null,
    ...{ revision: 1, read_until: now, read_run_id: '', skipped_count: 0 },
    api_key_id: payingKey(ctx.actor),
    created_by: actorId(ctx.actor),
    ...{ created_at: now, updated_at: now, deleted_at: null },
  };
  const reply = toOnlineScorer(row);
  try {
    await commit(ctx, {
      statements: [insertScorer(ctx.db, row)],
      audit: [auditOf('create', row)],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'online_scorers.name')) throw error;
    throw new Failure('conflict', `An agent has at most ${maxScorers} online scorers.`);
  }
  return reply;
}

export const getScorer = async (ctx: Ctx, id: string): Promise<OnlineScorer> =>
  toOnlineScorer(await findScorer(ctx, id));

export async function listScorers(
  ctx: Ctx,
  agentName: string,
  query: PageQuery,
): Promise<Page<OnlineScorer>> {
  const { id } = await findAgent(ctx, agentName);
  const { workspace_id } = ctx;
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id, list: `online-scorers:${id}` },
    query,
    (after, limit) => selectScorers(ctx.db, workspace_id, id, after, limit).all(),
    (row) => row.id,
    toOnlineScorer,
  );
}

/** Throws `not_found`, `precondition_failed` and `validation_failed`. */
export async function updateScorer(
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  input: UpdateOnlineScorer,
): Promise<OnlineScorer> {
  const row = await findScorer(ctx, id);
  if (input.scorer !== undefined) await checkScorer(ctx, input.scorer, '/scorer');
  const { share, daily_cost_usd, ...fields } = input;
  const now = ctx.now();
  // Answers of the time in which it was disabled are not scored.
  const isEnabled = input.enabled === true && !row.enabled;
  const changes: Partial<OnlineScorerRow> = {
    ...definedFields(fields),
    ...(share === undefined ? {} : { share: Math.round(share * 1e6) }),
    ...(daily_cost_usd === undefined ? {} : { daily_cost_nano_usd: fromUsd(daily_cost_usd) }),
    ...(isEnabled ? { read_until: now, read_run_id: '' } : {}),
    ...(input.enabled === undefined ? {} : { disabled_reason: null }),
    api_key_id: payingKey(ctx.actor),
    updated_at: now,
  };
  return change(ctx, row, ifMatch, 'update', changes);
}

/** Disables a scorer whose key may no longer be used, and leaves out its waiting answers. Does nothing if it has changed since it was read. */
export async function disableScorer(ctx: Ctx, row: OnlineScorerRow): Promise<void> {
  const changes = {
    ...{ enabled: false, disabled_reason: 'key_invalid' as const, updated_at: ctx.now() },
    revision: row.revision + 1,
  };
  await commit(ctx, {
    statements: [changeScorer(ctx.db, row, changes), ...skipPending(ctx.db, row.id)],
    audit: [auditOf('disable', { ...row, ...changes })],
  }).catch((error: unknown) => {
    if (!isGuardViolation(error, 'online_scorers.revision')) throw error;
  });
}

/** Deletes a scorer; a task removes its scores. Throws `not_found` and `precondition_failed`. */
export async function deleteScorer(ctx: Ctx, id: string, ifMatch: IfMatch): Promise<void> {
  const row = await findScorer(ctx, id);
  await change(ctx, row, ifMatch, 'delete', { deleted_at: ctx.now() });
}

async function change(
  ctx: Ctx,
  row: OnlineScorerRow,
  ifMatch: IfMatch,
  action: 'update' | 'delete',
  changes: Partial<OnlineScorerRow>,
): Promise<OnlineScorer> {
  const stale = new Failure(
    'precondition_failed',
    'The online scorer has changed. Read it again and retry.',
  );
  if (ifMatch !== null && !ifMatch.includes(String(row.revision))) throw stale;
  const next = { ...row, ...changes, revision: row.revision + 1 };
  const reply = toOnlineScorer(next);
  try {
    await commit(ctx, {
      statements: [changeScorer(ctx.db, row, { ...changes, revision: next.revision })],
      audit: [auditOf(action, next)],
      ...(action === 'update' ? { reply } : {}),
    });
  } catch (error) {
    if (!isGuardViolation(error, 'online_scorers.revision')) throw error;
    throw ifMatch === null
      ? new Failure('conflict', 'The online scorer was changed at the same time. Retry.', {
          retryAfter: 1,
        })
      : stale;
  }
  return reply;
}

/** Lists scores of live answers of an agent, newest first. Throws `not_found`. */
export async function listScores(
  ctx: Ctx,
  agentName: string,
  { limit, cursor, passed, ...query }: ScoresQuery,
): Promise<Page<AnswerScore>> {
  const { id } = await findAgent(ctx, agentName);
  const { workspace_id } = ctx;
  const filters = {
    ...withRange(query),
    passed: passed === undefined ? undefined : passed === 'true',
  };
  const hasTexts = mayReadMessages(ctx);
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id, list: `scores:${id}`, filters },
    { limit, cursor },
    (after, count) => selectScores(ctx.db, workspace_id, id, filters, after, count).all(),
    (row) => row.id,
    (row) => toScore(row, hasTexts),
  );
}
