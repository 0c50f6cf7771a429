import { sql } from 'drizzle-orm';
import { batch, type Statement } from '../db/client.ts';
import { promiseAlerts } from '../notifications/index.ts';
import type { Ctx } from '../platform/context.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import type { NanoUsd } from '../shared/money.ts';
import type { Bound } from './hold.ts';
import { refuses } from './refusal.ts';
import { eventTypeOf } from './webhook.ts';

/**
 * Counters that one batch checks, and batches of one tick. A budget per end user has a counter for
 * each.
 */
const countersPerBatch = 200;
const batchesPerTick = 50;
/** Share of a period that must be over before its cost is forecast. */
const minElapsedShare = 0.1;

interface Changed {
  readonly budget_id: string;
  readonly subject: string;
  readonly period_start: number;
  readonly period_end: number | null;
  readonly workspace_id: string;
  readonly spent_nano_usd: NanoUsd;
  readonly limit_nano_usd: NanoUsd;
  readonly thresholds: string;
  readonly forecast: number;
}

/**
 * Returns the cost of the period at its current rate; null when it is too early or the period has
 * no end.
 */
function forecastOf(
  {
    period_start,
    period_end,
    spent_nano_usd,
  }: Pick<Changed, 'period_start' | 'period_end' | 'spent_nano_usd'>,
  now: number,
) {
  if (period_end === null || now >= period_end) return null;
  const over = (now - period_start) / (period_end - period_start);
  return over < minElapsedShare ? null : Math.round(spent_nano_usd / over);
}

function kindsOf(counter: Changed, now: number): string[] {
  const { spent_nano_usd: spent, limit_nano_usd: limit, thresholds, forecast } = counter;
  const crossed = (JSON.parse(thresholds) as number[]).filter(
    (percent) => spent > 0 && spent * 100 >= percent * limit,
  );
  const forecastCost = forecast === 1 ? forecastOf(counter, now) : null;
  return [
    ...crossed.map(String),
    ...(forecastCost !== null && forecastCost > limit ? ['forecast'] : []),
  ];
}

/**
 * Returns when to check a counter again although nothing more is spent: as soon as its period can
 * be forecast. Null for never.
 */
const nextCheck = ({ forecast, period_start, period_end }: Changed, now: number): number | null => {
  if (forecast !== 1 || period_end === null) return null;
  const at = Math.ceil(period_start + minElapsedShare * (period_end - period_start));
  return at > now ? at : null;
};

/**
 * Raises the alerts of counters that have changed since the last check, each kind once per period
 * and subject, with the job that delivers it. Returns the number of counters.
 */
export const raiseAlerts = (ctx: Ctx): Promise<number> =>
  repeatBounded(batchesPerTick, countersPerBatch, () => raiseSome(ctx));

/** Checks one batch. Returns the number of counters. */
async function raiseSome(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const counters =
    await ctx.db.all<Changed>(sql`select c.budget_id, c.subject, c.period_start, c.period_end, c.workspace_id,
      c.spent_nano_usd, b.limit_nano_usd, b.thresholds, b.forecast
    from budget_counters c join budgets b on b.id = c.budget_id where c.is_dirty = 1 and c.updated_at > 0 and c.updated_at <= ${now} order by c.updated_at limit ${countersPerBatch}`);
  if (counters.length === 0) return 0;
  const alerts = counters.flatMap((counter) =>
    kindsOf(counter, now).map((kind) => newAlert(ctx, counter, kind)),
  );
  await batch(ctx.db, [
    // Only counters that are unchanged since they were read: a concurrent call or update keeps its
    // mark.
    ctx.db.run(sql`update budget_counters set is_dirty = ${field('next_check')} is not null, updated_at = coalesce(${field('next_check')}, updated_at)
      from json_each(${JSON.stringify(counters.map((counter) => ({ ...counter, next_check: nextCheck(counter, now) })))}) given
      where budget_counters.budget_id = ${field('budget_id')} and budget_counters.subject = ${field('subject')}
        and budget_counters.period_start = ${field('period_start')} and budget_counters.spent_nano_usd = ${field('spent_nano_usd')}
        and exists (select 1 from budgets b where b.id = budget_counters.budget_id
          and b.limit_nano_usd = ${field('limit_nano_usd')} and b.thresholds = ${field('thresholds')})`),
    ...addAlerts(ctx, alerts),
  ]);
  return counters.length;
}

/**
 * Refusals that this isolate has already raised, to save requests; the unique key of the table is
 * what prevents a second alert.
 */
const raisedRefusals = new Set<string>();
const maxRaisedRefusals = 1000;

/**
 * Raises an alert, once per period and subject, for each budget that refused the call. Budgets
 * without thresholds raise none.
 */
export async function raiseRefusals(
  ctx: Ctx,
  bound: readonly Bound[],
  amount: NanoUsd | null,
): Promise<void> {
  const keyOf = ({ id, subject, period_start, limit_nano_usd }: Bound) =>
    `${id} ${subject} ${period_start} ${limit_nano_usd}`;
  const fresh = bound.filter(
    (one) => refuses(one, amount) && one.thresholds !== '[]' && !raisedRefusals.has(keyOf(one)),
  );
  if (fresh.length === 0) return;
  const { workspace_id } = ctx;
  const alerts = fresh.map((one) =>
    newAlert(ctx, { ...one, budget_id: one.id, workspace_id }, 'refused'),
  );
  await batch(ctx.db, addAlerts(ctx, alerts));
  if (raisedRefusals.size > maxRaisedRefusals) raisedRefusals.clear();
  for (const one of fresh) raisedRefusals.add(keyOf(one));
}

type Subject = Pick<
  Changed,
  | 'budget_id'
  | 'subject'
  | 'period_start'
  | 'period_end'
  | 'workspace_id'
  | 'spent_nano_usd'
  | 'limit_nano_usd'
>;

const newAlert = (ctx: Ctx, of: Subject, kind: string) => ({
  id: ctx.newId('alert'),
  job_id: ctx.newId('job'),
  kind,
  workspace_id: of.workspace_id,
  budget_id: of.budget_id,
  subject: of.subject,
  period_start: of.period_start,
  limit_nano_usd: of.limit_nano_usd,
  spent_nano_usd: of.spent_nano_usd,
  forecast_nano_usd: forecastOf(of, ctx.now()),
  event_type: eventTypeOf(kind),
});

const field = (name: string) => sql.raw(`given.value ->> '$.${name}'`);

/**
 * Inserts alerts that have not been raised before, with the jobs that deliver them. A changed limit
 * allows a new alert, except for a threshold that the spending at the earlier alert had already
 * reached under the present limit.
 */
const addAlerts = (ctx: Ctx, alerts: readonly ReturnType<typeof newAlert>[]): Statement[] => [
  ctx.db.all(sql`insert into budget_alerts
    (id, workspace_id, budget_id, subject, period_start, kind, limit_nano_usd, spent_nano_usd, forecast_nano_usd, created_at)
    select ${field('id')}, ${field('workspace_id')}, ${field('budget_id')}, ${field('subject')}, ${field('period_start')}, ${field('kind')},
      ${field('limit_nano_usd')}, ${field('spent_nano_usd')}, ${field('forecast_nano_usd')}, cast(${ctx.now()} as integer)
    from json_each(${JSON.stringify(alerts)}) given where not exists (select 1 from budget_alerts a
      where a.budget_id = ${field('budget_id')} and a.subject = ${field('subject')} and a.period_start = ${field('period_start')}
        and a.kind = ${field('kind')} and cast(a.kind as integer) > 0
        and a.spent_nano_usd * 100 >= cast(a.kind as integer) * ${field('limit_nano_usd')})
    on conflict do nothing returning id`),
  promiseAlerts(
    ctx.db,
    'budget_alerts',
    sql`json_object('type', 'budget.alert', 'alert_id', ${field('id')})`,
    alerts,
    ctx.now(),
  ),
];
