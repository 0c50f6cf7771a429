import { type SQL, sql } from 'drizzle-orm';
import type { Statement } from '../db/client.ts';
import {
  type BudgetAction,
  type BudgetPeriod,
  type BudgetScope,
  budgetPeriods,
} from '../db/schema/budgets.ts';
import { type Ctx, payingKey } from '../platform/context.ts';
import type { NanoUsd } from '../shared/money.ts';
import { minute } from '../shared/time.ts';
import { periodAt } from '../usage/index.ts';
import { budgetsOf } from './token-budget.ts';

/** The attribution of a model call, by which budgets are matched. */
export interface Spender {
  readonly agent_id: string | null;
  /** The agents above a delegate. Budgets of these agents bind the call as well. */
  readonly caller_agent_ids?: readonly string[];
  readonly end_user_id: string | null;
  readonly run_id: string | null;
  readonly call_key: string;
  /** `provider/model`. */
  readonly model: string;
}

/** A hold that is not renewed for this long counts as lost, unless its run is still alive. */
const holdLease = 10 * minute;

/**
 * The spender as one JSON value. Budgets are matched inside the statement, so that a changed budget
 * binds at once.
 */
function given(ctx: Ctx, spender: Spender, time_zone: string, hold: HoldRequest): SQL {
  const now = ctx.now();
  const { actor } = ctx;
  const spans = {
    ...Object.fromEntries(
      budgetPeriods.map((period: BudgetPeriod) => [period, periodAt(period, now, time_zone)]),
    ),
    token: { start: 0, end: actor.type === 'end_user' ? actor.expires_at : null },
  };
  const {
    agent_id: agent,
    caller_agent_ids: callers = [],
    end_user_id: end_user,
    run_id,
    call_key,
    model,
  } = spender;
  const agents = agent === null ? callers : [agent, ...callers];
  const api_key = payingKey(ctx.actor);
  const value = {
    agent,
    agents,
    end_user,
    api_key,
    run_id,
    call_key,
    model,
    spans,
    time_zone,
    ...hold,
    now,
    lease_until: now + holdLease,
  };
  return sql`(select json_set(${JSON.stringify(value)}, '$.api_key', ${latestKey(api_key)}) as j) given`;
}

/** A rotated key spends the budgets of the key that replaced it. */
const latestKey = (api_key: string | null): SQL =>
  api_key === null
    ? sql`null`
    : sql`coalesce((with recursive chain(id, next) as (select id, rotated_to from api_keys where id = ${api_key}
        union all select k.id, k.rotated_to from chain join api_keys k on k.id = chain.next)
        select id from chain where next is null), ${api_key})`;

const field = (name: string) => sql.raw(`given.j ->> '$.${name}'`);
/**
 * A budget for each agent counts a call for the agent that makes it. A budget of one agent binds
 * all calls of that agent and of its delegates.
 */
const subject = sql.raw(
  `case b.scope when 'workspace' then '' when 'agent' then
    iif(b.subject_id is null, given.j ->> '$.agent', (select a.value from json_each(given.j -> '$.agents') a where a.value = b.subject_id)) when 'api_key' then given.j ->> '$.api_key' else given.j ->> '$.end_user' end`,
);
const span = (edge: 'start' | 'end') =>
  sql.raw(`(given.j -> '$.spans' -> b.period ->> '$.${edge}')`);
/** An unknown price holds 0 where the budget allows it, and is null where it does not. */
const amount = sql.raw(
  `coalesce(given.j ->> '$.amount', iif(b.unknown_price = 'allow' or b.action = 'warn', 0, null))`,
);

/** Every budget of the workspace that binds the spender, and that of the caller's token. */
const binding = (ctx: Ctx) => sql`join ${budgetsOf(ctx)} b on b.workspace_id = ${ctx.workspace_id}
  and ${subject} is not null and (b.subject_id is null or b.subject_id = ${subject})`;

interface HoldRequest {
  readonly id: string;
  /** Null for an unknown price. */
  readonly amount: NanoUsd | null;
}

const counterOf = sql.raw(`left join budget_counters c on c.budget_id = b.id and c.subject = `);
const counter = sql`${counterOf}${subject} and c.period_start = ${span('start')}`;

/** The isolate may have cached an older time zone, which has other periods. */
const zoneNow = ({ workspace_id }: Ctx): SQL =>
  sql`(select w.time_zone from workspaces w where w.id = ${workspace_id})`;

/**
 * Holds an amount against every budget that binds the spender, or against none when one of them has
 * no room. The last statement returns the binding budgets with their use after the hold.
 */
export function holdStatements(
  ctx: Ctx,
  spender: Spender,
  time_zone: string,
  hold: HoldRequest,
): Statement[] {
  const bound = sql`${given(ctx, spender, time_zone, hold)} ${binding(ctx)}`;
  const full = sql`exists (select 1 from ${bound} ${counter} where b.action <> 'warn' and (${amount} is null
    or coalesce(c.spent_nano_usd, 0) + coalesce(c.held_nano_usd, 0) + ${amount} > b.limit_nano_usd))`;
  return [
    ctx.db.run(sql`insert into budget_holds
      (id, budget_id, workspace_id, subject, period_start, call_key, run_id, model, amount_nano_usd, state, lease_until, created_at)
      select ${hold.id}, b.id, b.workspace_id, ${subject}, ${span('start')}, ${field('call_key')}, ${field('run_id')}, ${field('model')},
        ${amount}, 'open', ${field('lease_until')}, ${field('now')}
      from ${bound} where ${zoneNow(ctx)} = ${field('time_zone')} and not ${full}`),
    ctx.db.run(sql`insert into budget_counters
      (budget_id, subject, period_start, period_end, workspace_id, held_nano_usd, updated_at)
      select b.id, h.subject, h.period_start, ${span('end')}, b.workspace_id, h.amount_nano_usd, ${field('now')}
      from ${bound} join budget_holds h on h.id = ${hold.id} and h.budget_id = b.id where true
      on conflict (budget_id, subject, period_start) do update set
        updated_at = excluded.updated_at, held_nano_usd = held_nano_usd + excluded.held_nano_usd`),
    selectBinding(ctx, spender, time_zone, hold),
  ];
}

/** Returns the budgets that bind a spender with their use, one row each. */
export const selectBinding = (ctx: Ctx, spender: Spender, time_zone: string, hold: HoldRequest) =>
  ctx.db.all<Bound>(sql`select b.id, b.name, b.scope, iif(b.period = 'token', 'total', b.period) as period, b.action, b.unknown_price, b.limit_nano_usd, b.downgrade, b.thresholds,
      ${zoneNow(ctx)} as time_zone, ${subject} as subject, ${span('start')} as period_start, iif(b.period = 'token', null, ${span('end')}) as period_end,
      coalesce(c.spent_nano_usd, 0) as spent_nano_usd, coalesce(c.held_nano_usd, 0) as held_nano_usd,
      coalesce(c.unpriced_calls, 0) as unpriced_calls, h.amount_nano_usd
    from ${given(ctx, spender, time_zone, hold)} ${binding(ctx)} ${counter}
    left join budget_holds h on h.id = ${hold.id} and h.budget_id = b.id order by b.id`);

/** A budget that binds a call. */
export interface Bound {
  readonly id: string;
  readonly name: string;
  readonly scope: BudgetScope;
  readonly subject: string;
  readonly period: BudgetPeriod;
  readonly action: BudgetAction;
  readonly unknown_price: 'block' | 'allow';
  readonly limit_nano_usd: NanoUsd;
  /** JSON of a `DowngradeRule`. */
  readonly downgrade: string | null;
  /** JSON of an array of percents. */
  readonly thresholds: string;
  /** The stored time zone of the workspace. */
  readonly time_zone: string;
  readonly period_start: number;
  readonly period_end: number | null;
  readonly spent_nano_usd: NanoUsd;
  readonly held_nano_usd: NanoUsd;
  readonly unpriced_calls: number;
  /** The amount held for this call; null when nothing is held. */
  readonly amount_nano_usd: NanoUsd | null;
}

/**
 * Replaces the holds of a call by its actual cost. Add these statements to the batch that stores
 * the usage rows, after them: only stored rows are counted, so a replay adds nothing. Without rows
 * the holds are released. A cost that arrives after its hold expired is still counted.
 */
export function settleStatements(
  ctx: Ctx,
  holds: readonly string[],
  usage_ids: readonly string[],
): Statement[] {
  if (holds.length === 0) return [];
  const [first] = holds;
  const now = ctx.now();
  const ids = sql`(select value from json_each(${JSON.stringify(holds)}))`;
  const rows = sql`from usage u where u.id in (select value from json_each(${JSON.stringify(usage_ids)}))`;
  const cost = sql`(select cast(coalesce(sum(u.cost_nano_usd), 0) as integer) ${rows})`;
  return [
    ctx.db.run(sql`update budget_counters set
        held_nano_usd = held_nano_usd - ended.amount, spent_nano_usd = spent_nano_usd + iif(ended.pays, ${cost}, 0),
        unpriced_calls = unpriced_calls + iif(ended.pays and exists (select 1 ${rows} and u.cost_nano_usd is null), 1, 0),
        is_dirty = iif(budget_counters.budget_id glob 'bud_*', 1, 0), updated_at = cast(${now} as integer)
      from (select budget_id, subject, period_start, sum(iif(state = 'open', amount_nano_usd, 0)) as amount, max(id = ${first}) as pays
        from budget_holds where id in ${ids} and state in ('open', 'expired') group by budget_id, subject, period_start) ended
      where budget_counters.budget_id = ended.budget_id and budget_counters.subject = ended.subject
        and budget_counters.period_start = ended.period_start`),
    ctx.db.run(sql`update budget_holds set state = iif(id = ${first} and exists (select 1 ${rows}), 'settled', 'released'),
        cost_nano_usd = iif(id = ${first}, ${cost}, 0), ended_at = cast(${now} as integer)
      where id in ${ids} and state in ('open', 'expired')`),
  ];
}

/** Reduces a hold to the amount of the downgraded call. Idempotent. */
export function reduceStatements(
  ctx: Ctx,
  id: string,
  amount: NanoUsd,
  model: string,
): Statement[] {
  const least = sql`min(h.amount_nano_usd, cast(${amount} as integer))`;
  return [
    ctx.db.run(sql`update budget_counters set held_nano_usd = held_nano_usd - freed.amount, updated_at = cast(${ctx.now()} as integer)
      from (select h.budget_id, h.subject, h.period_start, h.amount_nano_usd - ${least} as amount
        from budget_holds h where h.id = ${id} and h.state = 'open') freed
      where budget_counters.budget_id = freed.budget_id and budget_counters.subject = freed.subject
        and budget_counters.period_start = freed.period_start`),
    ctx.db.run(
      sql`update budget_holds as h set amount_nano_usd = ${least}, model = ${model} where h.id = ${id} and h.state = 'open'`,
    ),
  ];
}

/** Returns the unsettled holds of a run whose host has died, oldest first. */
export async function selectLostHolds(ctx: Ctx, run_id: string): Promise<string[]> {
  const rows = await ctx.db.all<{
    id: string;
  }>(sql`select distinct h.id from budgets b join budget_holds h on h.budget_id = b.id
    where b.workspace_id = ${ctx.workspace_id} and h.state in ('open', 'expired') and h.run_id = ${run_id} order by h.id`);
  return rows.map(({ id }) => id);
}
