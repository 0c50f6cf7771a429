import { sql } from 'drizzle-orm';
import { batch, type Statement } from '../db/client.ts';
import { promiseAlerts } from '../notifications/index.ts';
import type { Ctx } from '../platform/context.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import type { NanoUsd } from '../shared/money.ts';
import type { Bound } from './hold.ts';
import { refuses } from './refusal.ts';
import { eventTypeOf } from './webhook.ts';

/** Counters that are looked at at once, and how often in a tick: budgets of each end user have very many. */
const roundLimit = 200;
const roundsOfTick = 50;
/** Before so much of a period is over, nobody can tell what it is heading for. */
const soonest = 0.1;

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

/** What a period costs if it goes on as it has begun; null where that cannot be told. */
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
  return over < soonest ? null : Math.round(spent_nano_usd / over);
}

function kindsOf(counter: Changed, now: number): string[] {
  const { spent_nano_usd: spent, limit_nano_usd: limit, thresholds, forecast } = counter;
  const crossed = (JSON.parse(thresholds) as number[]).filter(
    (percent) => spent > 0 && spent * 100 >= percent * limit,
  );
  const heading = forecast === 1 ? forecastOf(counter, now) : null;
  return [...crossed.map(String), ...(heading !== null && heading > limit ? ['forecast'] : [])];
}

/** When a counter is looked at again though nothing more is spent: once it can be told where the period is heading. */
const nextLook = ({ forecast, period_start, period_end }: Changed, now: number): number | null => {
  if (forecast !== 1 || period_end === null) return null;
  const at = Math.ceil(period_start + soonest * (period_end - period_start));
  return at > now ? at : null;
};

/** Raises what budgets have to tell since they were last looked at, each kind once a period and subject, with the job that tells it. */
export const raiseAlerts = (ctx: Ctx): Promise<number> =>
  repeatBounded(roundsOfTick, roundLimit, () => raiseSome(ctx));

/** Returns how many counters were looked at. */
async function raiseSome(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const counters =
    await ctx.db.all<Changed>(sql`select c.budget_id, c.subject, c.period_start, c.period_end, c.workspace_id,
      c.spent_nano_usd, b.limit_nano_usd, b.thresholds, b.forecast
    from budget_counters c join budgets b on b.id = c.budget_id where c.is_dirty = 1 and c.updated_at > 0 and c.updated_at <= ${now} order by c.updated_at limit ${roundLimit}`);
  if (counters.length === 0) return 0;
  const alerts = counters.flatMap((counter) =>
    kindsOf(counter, now).map((kind) => newAlert(ctx, counter, kind)),
  );
  await batch(ctx.db, [
    // Only what was looked at: more may have been spent, or the limit changed, meanwhile.
    ctx.db.run(sql`update budget_counters set is_dirty = ${field('next_look')} is not null, updated_at = coalesce(${field('next_look')}, updated_at)
      from json_each(${JSON.stringify(counters.map((counter) => ({ ...counter, next_look: nextLook(counter, now) })))}) given
      where budget_counters.budget_id = ${field('budget_id')} and budget_counters.subject = ${field('subject')}
        and budget_counters.period_start = ${field('period_start')} and budget_counters.spent_nano_usd = ${field('spent_nano_usd')}
        and exists (select 1 from budgets b where b.id = budget_counters.budget_id
          and b.limit_nano_usd = ${field('limit_nano_usd')} and b.thresholds = ${field('thresholds')})`),
    ...addAlerts(ctx, alerts),
  ]);
  return counters.length;
}

/** What this isolate has told of refusals; the table says for good what was told. */
const told = new Set<string>();
const mostTold = 1000;

/** Raises, once a period and subject, that a budget has turned a call away; nothing where a budget is to tell of nothing. */
export async function raiseRefusals(
  ctx: Ctx,
  bound: readonly Bound[],
  amount: NanoUsd | null,
): Promise<void> {
  const keyOf = ({ id, subject, period_start, limit_nano_usd }: Bound) =>
    `${id} ${subject} ${period_start} ${limit_nano_usd}`;
  const fresh = bound.filter(
    (one) => refuses(one, amount) && one.thresholds !== '[]' && !told.has(keyOf(one)),
  );
  if (fresh.length === 0) return;
  const { workspace_id } = ctx;
  const alerts = fresh.map((one) =>
    newAlert(ctx, { ...one, budget_id: one.id, workspace_id }, 'refused'),
  );
  await batch(ctx.db, addAlerts(ctx, alerts));
  if (told.size > mostTold) told.clear();
  for (const one of fresh) told.add(keyOf(one));
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
 * Those that have not been raised before, with the jobs that tell them. Another limit is another matter, except for a
 * threshold that was passed under the limit of now already when it was told.
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
