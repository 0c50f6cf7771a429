import { findAgent } from '../../agents/index.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coversAgent } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { checkAssignee } from './items.ts';
import {
  type CreateReviewRule,
  type ReviewRule,
  toReviewRule,
  type UpdateReviewRule,
} from './rule-schema.ts';
import {
  deleteRule as deleteRow,
  insertRule,
  maxRules,
  type RuleRow,
  selectRule,
  selectRules,
  startScan,
  updateRule as updateRow,
} from './rule-store.ts';

const auditOf = (verb: string, { id, agent_id }: RuleRow) => ({
  action: `review_rule.${verb}`,
  target_type: 'review_rule',
  target_id: id,
  detail: { agent_id },
});

async function findRule(ctx: Ctx, id: string): Promise<RuleRow> {
  const row = await selectRule(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('review rule');
  return row;
}

/** Creates a rule for turns that end from now on. Throws `not_found`, `validation_failed`, and `conflict` for too many. */
export async function createRule(
  ctx: Ctx,
  agentName: string,
  input: CreateReviewRule,
): Promise<ReviewRule> {
  const agent = await findAgent(ctx, agentName);
  await checkAssignee(ctx, input.assignee);
  const now = ctx.now();
  const row: RuleRow = {
    ...input,
    id: ctx.newId('rvr'),
    workspace_id: ctx.workspace_id,
    agent_id: agent.id,
    ...{ counted_day: 0, day_count: 0, active_from: now },
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  const reply = toReviewRule(row);
  const statements = [insertRule(ctx.db, row), row.enabled ? startScan(ctx.db, row, now) : null];
  try {
    await commit(ctx, { statements, audit: [auditOf('create', row)], reply });
  } catch (error) {
    if (!isGuardViolation(error, 'review_rules.name')) throw error;
    throw new Failure('conflict', `An agent can have at most ${maxRules} review rules.`);
  }
  return reply;
}

export async function listRules(
  ctx: Ctx,
  agentName: string,
  query: PageQuery,
): Promise<Page<ReviewRule>> {
  const { db, workspace_id, config } = ctx;
  const agent = await findAgent(ctx, agentName);
  return readPage(
    { secret: config.signing_secret, workspace_id, list: `review-rules:${agent.id}` },
    query,
    (after, limit) => selectRules(db, workspace_id, agent.id, after, limit).all(),
    ({ id }) => id,
    toReviewRule,
  );
}

/** A rule that is enabled again looks at turns that end from now on. Throws `not_found` and `validation_failed`. */
export async function updateRule(
  ctx: Ctx,
  id: string,
  input: UpdateReviewRule,
): Promise<ReviewRule> {
  const row = await findRule(ctx, id);
  await checkAssignee(ctx, input.assignee);
  const now = ctx.now();
  const isResumed = input.enabled === true && !row.enabled;
  const changes = {
    ...definedFields(input),
    ...(isResumed ? { active_from: now } : {}),
    updated_at: now,
  };
  const [changed] = await commit(ctx, {
    statements: [
      updateRow(ctx.db, ctx.workspace_id, id, changes),
      isResumed ? startScan(ctx.db, row, now) : null,
    ],
    audit: [auditOf('update', row)],
  });
  const [stored] = changed;
  if (stored === undefined) throw notFound('review rule');
  return toReviewRule(stored);
}

/** Items that it has added stay in the queue. Throws `not_found`. */
export async function deleteRule(ctx: Ctx, id: string): Promise<void> {
  const row = await findRule(ctx, id);
  const statements = [deleteRow(ctx.db, ctx.workspace_id, id)];
  await commit(ctx, { statements, audit: [auditOf('delete', row)] });
}
