import { findAgentId } from '../../agents/index.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents, coversAgent } from '../../platform/context.ts';
import { mayReadMessages } from '../../runs/index.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { addTurn } from '../datasets/case-of-turn.ts';
import type { Case } from '../datasets/case-schema.ts';
import type { CaseOfTurn } from '../datasets/schema.ts';
import { readTurn } from '../read-turn.ts';
import {
  type CreateReviewItem,
  type ReviewItem,
  type ReviewItemQuery,
  type SetVerdict,
  toReviewItem,
  toVerdict,
  type UpdateReviewItem,
  type Verdict,
} from './schema.ts';
import {
  changeItem,
  type ItemRow,
  type ItemWithTurn,
  insertItem,
  linkCase,
  selectItem,
  selectItemOfRun,
  selectItems,
  selectReviewer,
  selectVerdicts,
  startReview,
  upsertVerdict,
  type VerdictRow,
} from './store.ts';

type IfMatch = readonly string[] | null;

/** Returns an item. Throws `not_found`, also for one of an agent that the key does not cover. */
async function findItem(ctx: Ctx, id: string): Promise<ItemWithTurn> {
  const row = await selectItem(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('review item');
  return row;
}

/** Throws `validation_failed` unless the member or key can review. */
export async function checkAssignee(ctx: Ctx, key: string | null | undefined): Promise<void> {
  if (key == null) return;
  if ((await selectReviewer(ctx.db, ctx.workspace_id, key).get()) === undefined)
    throw invalid('/assignee', 'Must be a member or a valid API key of the workspace.');
}

const auditOf = (verb: string, { id, agent_id }: Pick<ItemRow, 'id' | 'agent_id'>) => ({
  action: `review_item.${verb}`,
  target_type: 'review_item',
  target_id: id,
  detail: { agent_id },
});

/** Adds a turn to the queue. Throws `not_found`, and `conflict` for one that is there. */
export async function createItem(ctx: Ctx, input: CreateReviewItem): Promise<ReviewItem> {
  const turn = await readTurn(ctx, input.message_id);
  await checkAssignee(ctx, input.assignee);
  const now = ctx.now();
  const { run } = turn;
  const row: ItemRow = {
    id: ctx.newId('rvw'),
    workspace_id: ctx.workspace_id,
    agent_id: run.agent_id,
    version_id: run.version_id,
    session_id: turn.session_id,
    run_id: run.id,
    message_id: turn.message_id,
    reasons: [{ reason: 'manual', rule_id: null }],
    status: 'open',
    assignee: input.assignee,
    due_at: input.due_at === null ? null : Date.parse(input.due_at),
    dataset_id: null,
    case_id: null,
    revision: 1,
    content_erased: false,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
    done_at: null,
  };
  const { question, answer } = turn;
  const shown = { ...row, ...run, ...row, run_status: run.status, question, answer };
  const reply = toReviewItem(shown, [], now, !mayReadMessages(ctx));
  try {
    const statements = [insertItem(ctx.db, row)];
    await commit(ctx, { statements, audit: [auditOf('create', row)], reply });
  } catch (error) {
    if (!isUniqueViolation(error, 'review_items.run_id')) throw error;
    const there = await selectItemOfRun(ctx.db, ctx.workspace_id, run.id).get();
    throw new Failure('conflict', `The turn is in the queue already: ${there?.id ?? run.id}.`);
  }
  return reply;
}

const shownTo = (ctx: Ctx, row: ItemWithTurn, verdicts: readonly VerdictRow[]): ReviewItem =>
  toReviewItem(row, verdicts, ctx.now(), !mayReadMessages(ctx));

export async function getItem(ctx: Ctx, id: string): Promise<ReviewItem> {
  const row = await findItem(ctx, id);
  return shownTo(ctx, row, await selectVerdicts(ctx.db, ctx.workspace_id, [id]).all());
}

/** Lists items, newest first; a key that is limited to agents sees theirs. */
export async function listItems(
  ctx: Ctx,
  { limit, cursor, ...query }: ReviewItemQuery,
): Promise<Page<ReviewItem>> {
  const filters = { ...query, agent: await findAgentId(ctx, query.agent) };
  const { db, workspace_id } = ctx;
  const only = coveredAgents(ctx.actor);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id,
      list: 'review-items',
      filters: { ...filters, only: only?.join() },
    },
    { limit, cursor },
    async (after, count) => {
      const filter = { ...filters, only };
      const rows = await selectItems(db, workspace_id, filter, ctx.now(), after, count).all();
      const ids = rows.map(({ id }) => id);
      const given = ids.length === 0 ? [] : await selectVerdicts(db, workspace_id, ids).all();
      const verdicts = Map.groupBy(given, ({ item_id }) => item_id);
      return rows.map((row) => ({ row, verdicts: verdicts.get(row.id) ?? [] }));
    },
    ({ row }) => row.id,
    ({ row, verdicts }) => shownTo(ctx, row, verdicts),
  );
}

/** Changes state, assignee or due time. Throws `not_found`, `precondition_failed` and `validation_failed`. */
export async function updateItem(
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  { due_at, ...input }: UpdateReviewItem,
): Promise<ReviewItem> {
  await checkAssignee(ctx, input.assignee);
  const row = await findItem(ctx, id);
  if (ifMatch !== null && !ifMatch.includes(String(row.revision))) throw stale();
  const now = ctx.now();
  const changes: Partial<ItemRow> = {
    ...(input.assignee === undefined ? {} : { assignee: input.assignee }),
    ...(input.status === undefined ? {} : { status: input.status }),
    ...(due_at === undefined ? {} : { due_at: due_at === null ? null : Date.parse(due_at) }),
    done_at: (input.status ?? row.status) === 'done' ? (row.done_at ?? now) : null,
    updated_at: now,
  };
  try {
    const statements = [changeItem(ctx.db, row, changes)];
    await commit(ctx, { statements, audit: [auditOf('update', row)] });
  } catch (error) {
    if (!isGuardViolation(error, 'review_items.revision')) throw error;
    throw stale();
  }
  return getItem(ctx, id);
}

const stale = () =>
  new Failure('precondition_failed', 'The review item has changed. Read it again and retry.');

const erased = () => new Failure('conflict', 'The turn of this review item is erased.');

/** Sets the caller’s verdict, which replaces the former one. Throws `not_found`, and `conflict` for an erased turn. */
export async function setVerdict(ctx: Ctx, id: string, input: SetVerdict): Promise<Verdict> {
  const row = await findItem(ctx, id);
  const reviewer = actorId(ctx.actor);
  if (reviewer === null) throw new Failure('forbidden', 'A verdict is given by an API key.');
  if (row.content_erased || row.question === null) throw erased();
  const now = ctx.now();
  const [former] = (await selectVerdicts(ctx.db, ctx.workspace_id, [id]).all()).filter(
    (one) => one.reviewer === reviewer,
  );
  const verdict: VerdictRow = {
    ...input,
    item_id: id,
    reviewer,
    workspace_id: ctx.workspace_id,
    created_at: former?.created_at ?? now,
    updated_at: now,
  };
  const reply = toVerdict(verdict, false);
  try {
    await commit(ctx, {
      statements: [upsertVerdict(ctx.db, verdict), startReview(ctx.db, row, now)],
      audit: [auditOf('verdict', row)],
      reply,
    });
  } catch (error) {
    if (isGuardViolation(error, 'review_verdicts.verdict')) throw erased();
    throw error;
  }
  return reply;
}

const maxTags = 20;

/**
 * Adds the turn of an item to a dataset. Its expected answer is the better answer of a verdict, the caller’s before
 * others; the answer itself only if no verdict finds fault with it. Throws what `createCaseOfMessage` throws.
 */
export async function createCaseOfItem(ctx: Ctx, id: string, input: CaseOfTurn): Promise<Case> {
  const row = await findItem(ctx, id);
  if (row.content_erased || row.question === null) throw erased();
  const turn = await readTurn(ctx, row.message_id);
  const verdicts = await selectVerdicts(ctx.db, ctx.workspace_id, [id]).all();
  const newest = verdicts.toSorted((a, b) => b.updated_at - a.updated_at);
  const reviewer = actorId(ctx.actor);
  const better = [...newest.filter((one) => one.reviewer === reviewer), ...newest].find(
    ({ better_answer }) => better_answer !== null,
  )?.better_answer;
  const isFaulty = verdicts.some(({ verdict }) => verdict !== 'good');
  const own = better == null ? (isFaulty ? { answer: null } : {}) : { answer: better };
  const tags = [...new Set([...input.tags, ...verdicts.flatMap(({ labels }) => labels)])];
  return addTurn(
    ctx,
    turn,
    { ...input, tags: tags.slice(0, maxTags) },
    {
      expected: own,
      review_item_id: id,
      statements: (case_id) => [linkCase(ctx.db, row, input.dataset, case_id, ctx.now())],
    },
  );
}
