import { sql } from 'drizzle-orm';
import { batch, type Statement } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { type BudgetPeriod, budgetPeriods } from '../db/schema/budgets.ts';
import { EndUserId } from '../http/schema.ts';
import { modelNameError } from '../models/index.ts';
import { planManagedWebhook, removeManagedWebhook } from '../notifications/index.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx, coveredAgents, coversAgent } from '../platform/context.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import { fromUsd } from '../shared/money.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { periodAt } from '../usage/index.ts';
import { invalidateBudgets, readCachedBudgets } from './cached-budgets.ts';
import { type Bound, type Spender, selectBinding } from './hold.ts';
import { type Budget, type CreateBudget, toBudget, type UpdateBudget } from './schema.ts';
import {
  type ExplainedBudget,
  type ListedBudget,
  type OwnBudget,
  toAlert,
  toHold,
  toListed,
  toStanding,
} from './standing.ts';
import {
  type BudgetRow,
  deleteBudget,
  insertBudget,
  markCounters,
  maxBudgets,
  selectAlerts,
  selectBudget,
  selectBudgets,
  selectCounters,
  selectHolds,
  updateBudget as updateRow,
} from './store.ts';

/**
 * Creates a budget, which counts from now on. Throws `validation_failed`, `url_not_allowed`,
 * `not_found` for a subject of another workspace.
 */
export async function createBudget(ctx: Ctx, input: CreateBudget): Promise<Budget> {
  if (input.scope === 'workspace' && input.subject_id !== null)
    throw invalid('/subject_id', 'Must be null when `scope` is `workspace`.');
  if (
    input.scope === 'end_user' &&
    input.subject_id !== null &&
    !EndUserId.safeParse(input.subject_id).success
  )
    throw invalid('/subject_id', 'An end user id must be 1 to 128 visible ASCII characters.');
  checkRule(input);
  checkDowngrade(input.downgrade);
  const now = ctx.now();
  const id = ctx.newId('bud');
  const { alerts, limit_usd, ...about } = input;
  const webhook = await planWebhook(ctx, id, alerts.webhook);
  const row: BudgetRow = {
    id,
    workspace_id: ctx.workspace_id,
    ...about,
    limit_nano_usd: fromUsd(limit_usd),
    thresholds: alerts.thresholds,
    forecast: alerts.forecast,
    webhook_url: webhook.url,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  const reply = toBudget(row);
  try {
    const audit = [
      { action: 'budget.create', target_type: 'budget', target_id: id, detail: { ...reply } },
    ];
    await commit(ctx, {
      statements: [insertBudget(ctx.db, row), ...webhook.statements],
      audit,
      reply,
    });
  } catch (error) {
    if (isGuardViolation(error, 'budgets.scope'))
      throw notFound(row.scope === 'agent' ? 'agent' : 'API key');
    if (isGuardViolation(error, 'budgets.name'))
      throw new Failure('conflict', `A workspace can have at most ${maxBudgets} budgets.`);
    throw error;
  }
  invalidateBudgets(ctx.workspace_id);
  return reply;
}

/** Lists budgets with their use in the current period. Two round trips. */
export async function listBudgets(ctx: Ctx, query: PageQuery): Promise<Page<ListedBudget>> {
  const { time_zone } = await readCachedBudgets(ctx);
  const now = ctx.now();
  const spanOf = ({ period }: Pick<BudgetRow, 'period'>) => periodAt(period, now, time_zone);
  const starts = Object.fromEntries(
    budgetPeriods.map((period) => [period, spanOf({ period }).start]),
  ) as Record<BudgetPeriod, number>;
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'budgets' },
    query,
    (after, limit) => selectBudgets(ctx.db, ctx.workspace_id, starts, after, limit).all(),
    (row) => row.id,
    (row) => toListed(row, spanOf(row)),
  );
}

export const getBudget = async (ctx: Ctx, id: string): Promise<Budget> =>
  toBudget(await findBudget(ctx, id));

export async function updateBudget(ctx: Ctx, id: string, input: UpdateBudget): Promise<Budget> {
  const row = await findBudget(ctx, id);
  const { alerts = {}, limit_usd, ...about } = definedFields(input);
  checkRule({ ...row, ...about });
  checkDowngrade(input.downgrade);
  const { webhook, ...settings } = alerts;
  const planned = webhook === undefined ? null : await planWebhook(ctx, id, webhook);
  const changes: Partial<BudgetRow> = {
    ...about,
    ...definedFields(settings),
    ...(limit_usd === undefined ? {} : { limit_nano_usd: fromUsd(limit_usd) }),
    ...(planned === null ? {} : { webhook_url: planned.url }),
    updated_at: ctx.now(),
  };
  const detail = {
    ...input,
    ...(webhook == null ? {} : { alerts: { ...settings, webhook: { url: webhook.url } } }),
  };
  const [[changed]] = await commit(ctx, {
    // A lower limit may already be past thresholds, so the counters are checked again.
    statements: [
      updateRow(ctx.db, ctx.workspace_id, id, changes),
      markCounters(ctx.db, ctx.workspace_id, id, ctx.now()),
      ...(planned?.statements ?? []),
    ],
    audit: [
      {
        action: 'budget.update',
        target_type: 'budget',
        target_id: id,
        detail,
        changed: { before: row, after: changes },
      },
    ],
  });
  invalidateBudgets(ctx.workspace_id);
  if (changed === undefined) throw notFound('budget');
  return toBudget(changed);
}

export async function removeBudget(ctx: Ctx, id: string): Promise<void> {
  const { name } = await findBudget(ctx, id);
  await commit(ctx, {
    statements: deleteBudget(ctx.db, ctx.workspace_id, id),
    audit: [{ action: 'budget.delete', target_type: 'budget', target_id: id, detail: { name } }],
  });
  invalidateBudgets(ctx.workspace_id);
}

const shownStandings = 20;
const shownHolds = 50;

/** Returns the use, holds and alerts of a budget. Two round trips. */
export async function explainBudget(
  ctx: Ctx,
  id: string,
  subject: string | null,
): Promise<ExplainedBudget> {
  const { time_zone } = await readCachedBudgets(ctx);
  const budget = await findBudget(ctx, id);
  const { start, end } = periodAt(budget.period, ctx.now(), time_zone);
  const [counters, open, settled, alerts] = await batch(ctx.db, [
    selectCounters(ctx.db, id, start, subject, shownStandings),
    selectHolds(ctx.db, id, 'open', subject, shownHolds),
    selectHolds(ctx.db, id, 'settled', subject, shownStandings),
    selectAlerts(ctx.db, id, start, subject, shownStandings),
  ]);
  const untouched = {
    subject: budget.subject_id ?? '',
    spent_nano_usd: 0,
    held_nano_usd: 0,
    unpriced_calls: 0,
    period_start: start,
  };
  const isOne =
    (budget.scope === 'workspace' || budget.subject_id !== null) &&
    (subject === null || subject === untouched.subject);
  const standings = counters.length === 0 && isOne ? [untouched] : counters;
  const { limit_nano_usd } = budget;
  return {
    budget: toBudget(budget),
    standings: standings.map((counter) =>
      toStanding({ ...counter, limit_nano_usd, period_end: end }),
    ),
    open_holds: open.map(toHold),
    last_settlements: settled.map(toHold),
    alerts: alerts.map(toAlert),
  };
}

/**
 * Returns every budget that binds calls of the caller: for the given agent and end user, or for any
 * agent that its key is limited to.
 */
export async function listOwnBudgets(
  ctx: Ctx,
  query: { agent_id?: string | undefined; end_user_id?: string | undefined },
): Promise<Page<OwnBudget>> {
  const { agent_id, end_user_id = null } = query;
  if (agent_id !== undefined && !coversAgent(ctx.actor, agent_id)) throw notFound('agent');
  const { budgets, time_zone } = await readCachedBudgets(ctx);
  if (budgets.length === 0) return { data: [], next_cursor: null };
  const limited = coveredAgents(ctx.actor);
  const agents = agent_id !== undefined ? [agent_id] : (limited ?? [null]);
  const nobody: Spender = { agent_id: null, end_user_id, run_id: null, call_key: '', model: '' };
  const statements = agents.map((agent) =>
    selectBinding(ctx, { ...nobody, agent_id: agent }, time_zone, { id: '', amount: 0 }),
  );
  const found = ((await batch(ctx.db, statements)) as unknown as Bound[][]).flat();
  const own = new Map(found.map((bound) => [`${bound.id} ${bound.subject}`, toOwn(bound)]));
  return { data: [...own.values()], next_cursor: null };
}

const toOwn = ({ id, name, scope, period, action, ...money }: Bound): OwnBudget => ({
  ...{ budget_id: id, name, scope, period, action },
  ...toStanding(money),
});

async function findBudget(ctx: Ctx, id: string): Promise<BudgetRow> {
  const row = await selectBudget(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('budget');
  return row;
}

function checkRule({ action, downgrade }: Pick<BudgetRow, 'action' | 'downgrade'>): void {
  if (action === 'downgrade' && downgrade === null)
    throw invalid('/downgrade', 'Required when `action` is `downgrade`.');
}

function checkDowngrade(downgrade: BudgetRow['downgrade'] | undefined): void {
  const fault = downgrade?.model == null ? null : modelNameError(downgrade.model);
  if (fault !== null) throw invalid('/downgrade/model', fault);
}

/** Returns the URL of the budget's own webhook and the statements that set or remove it. */
async function planWebhook(
  ctx: Ctx,
  id: string,
  setting: { readonly url: string; readonly secret: string } | null,
): Promise<{ readonly url: string | null; readonly statements: readonly Statement[] }> {
  const webhook = { purpose: 'budget', owner_id: id } as const;
  if (setting === null)
    return { url: null, statements: [removeManagedWebhook(ctx.db, ctx.workspace_id, webhook)] };
  // The budget may be deleted concurrently.
  const when = sql`exists (select 1 from budgets where id = ${id})`;
  return planManagedWebhook(ctx, webhook, { ...setting, when });
}
