import type { Ctx } from '../platform/context.ts';
import { invalid } from '../shared/failure.ts';
import { day, hour, toWireTime } from '../shared/time.ts';
import { markAnomalies } from './anomalies.ts';
import {
  type Dimension,
  mergeSlices,
  none,
  others,
  type Slices,
  type TopKind,
  topKind,
  topName,
} from './cube.ts';
import { Figures } from './figures.ts';
import { costsOf, dayFigures, ranked, ratio, toMeasures, totalOf, usd } from './measures.ts';
import { boundariesOf, dateAt, type Granularity, plusDays, startOfDate } from './plan.ts';
import { readFigures, type Wanted } from './read.ts';
import type { Analytics, AnalyticsQuery, BreakdownQuery, CostBreakdown } from './schema.ts';

const longest: Readonly<Record<Granularity, number>> = { hour: 31, day: 400, month: 1827 };
const toplistLength = 10;

interface Period {
  readonly start: number;
  readonly end: number;
}

/** Usage, performance, quality and cost of an agent (id or slug), or of all agents that the caller may see. */
export async function getAnalytics(
  ctx: Ctx,
  agent: string | null,
  query: AnalyticsQuery,
): Promise<Analytics> {
  const want = (zone: string) => wantedFor(ctx, query, query.time_zone ?? zone);
  const { parts, agent_id, isComplete, time_zone: own } = await readFigures(ctx, agent, want);
  const time_zone = query.time_zone ?? own;
  const [{ boundaries = [] } = {}, { boundaries: before = [] } = {}] = want(own);
  const [all = [], previous = [], top = [], groups = []] = parts;
  const [start, end] = [boundaries[0] as number, boundaries.at(-1) as number];
  const total = totalOf(all);
  return {
    agent_id,
    start: toWireTime(start),
    end: toWireTime(end),
    time_zone,
    granularity: query.granularity,
    as_of: toWireTime(ctx.now()),
    is_complete: isComplete,
    totals: toMeasures(total),
    previous: {
      start: toWireTime(before[0] as number),
      end: toWireTime(start),
      totals: toMeasures(totalOf(previous)),
    },
    series: toSeries(all, boundaries, query.granularity),
    group_by: query.group_by ?? null,
    groups: ranked(groups[0] ?? new Map()).map(([value, figures]) => ({
      value,
      ...toMeasures(figures),
    })),
    ...costsOf(total),
    forecast: forecast(total.sum('cost'), { start, end }, ctx.now()),
    ...toplists(top[0] ?? new Map()),
  };
}

function toSeries(
  parts: readonly Slices[],
  boundaries: readonly number[],
  granularity: Granularity,
): Analytics['series'] {
  const measures = parts.map((slices) => toMeasures(totalOf([slices])));
  const anomalies = granularity === 'day' ? markAnomalies(measures.map(dayFigures)) : [];
  return measures.map((part, index) => ({
    start: toWireTime(boundaries[index] as number),
    ...part,
    anomalies: anomalies[index]?.map(({ measure }) => measure) ?? [],
  }));
}

/** The same in the order of `getAnalytics`: series, the period before, sessions and end users, groups. */
function wantedFor(ctx: Ctx, query: AnalyticsQuery, time_zone: string): Wanted[] {
  const { start, end, days } = periodOf(ctx, query, time_zone);
  if (days > longest[query.granularity])
    throw invalid(
      '?start_date',
      `By ${query.granularity} at most ${longest[query.granularity]} days can be asked for.`,
    );
  const before = startOfDate(plusDays(dateAt(start, time_zone), -days), time_zone);
  return [
    { dimension: 'all', boundaries: boundariesOf(start, end, query.granularity, time_zone) },
    { dimension: 'all', boundaries: [before, start] },
    { dimension: 'top', boundaries: [start, end] },
    ...(query.group_by === undefined
      ? []
      : [{ dimension: query.group_by, boundaries: [start, end] }]),
  ];
}

interface DateRange {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
}

function periodOf(
  ctx: Ctx,
  { start_date, end_date }: DateRange,
  time_zone: string,
): Period & { readonly days: number } {
  const last = end_date ?? later(dateAt(ctx.now(), time_zone), start_date);
  const first = start_date ?? plusDays(last, -29);
  if (first > last) throw invalid('?end_date', 'Must not be before start_date.');
  const days = Math.round((Date.parse(last) - Date.parse(first)) / day) + 1;
  return {
    start: startOfDate(first, time_zone),
    end: startOfDate(plusDays(last, 1), time_zone),
    days,
  };
}

const later = (date: string, other: string | undefined) =>
  other !== undefined && other > date ? other : date;

function forecast(cost: number, { start, end }: Period, now: number): Analytics['forecast'] {
  if (now >= end || now - start < hour) return null;
  return {
    cost_usd: usd(Math.round((cost / (now - start)) * (end - start))),
    end: toWireTime(end),
  };
}

function toplists(
  slices: Slices,
): Pick<Analytics, 'top_sessions' | 'top_end_users' | 'capabilities'> {
  const byKind = Map.groupBy(
    ranked(slices).filter(([value]) => value !== others),
    ([value]) => topKind(value),
  );
  const shown = ([, figures]: [string, Figures]) => ({
    calls: figures.sum('calls'),
    runs: figures.sum('runs'),
    messages: figures.sum('messages'),
    cost_usd: usd(figures.sum('cost')),
  });
  const dearest = (kind: TopKind) => (byKind.get(kind) ?? []).slice(0, toplistLength);
  return {
    top_sessions: dearest('session').map((entry) => ({ session_id: entry[0], ...shown(entry) })),
    top_end_users: dearest('user').map((entry) => ({
      end_user_id: topName(entry[0]),
      ...shown(entry),
    })),
    capabilities: (byKind.get('use') ?? [])
      .map(([value, figures]) => ({
        capability: topName(value),
        uses: figures.sum('uses'),
        failed: figures.sum('failed_uses'),
        cost_usd: usd(figures.sum('cost')),
      }))
      .sort((a, b) => b.uses - a.uses),
  };
}

/** What the cost of a period is made of. */
export async function getCostBreakdown(
  ctx: Ctx,
  agent: string | null,
  query: BreakdownQuery,
): Promise<CostBreakdown> {
  const want = (zone: string): Wanted[] => {
    const { start, end, days } = periodOf(ctx, query, query.time_zone ?? zone);
    if (days > longest.month)
      throw invalid('?start_date', `At most ${longest.month} days can be asked for.`);
    return [
      { dimension: 'all', boundaries: [start, end] },
      { dimension: dimensionOf(query.group_by), boundaries: [start, end] },
    ];
  };
  const { parts, agent_id, isComplete, time_zone: own } = await readFigures(ctx, agent, want);
  const [{ boundaries = [] } = {}] = want(own);
  const [all = [], [slices = new Map()] = []] = parts;
  const total = totalOf(all);
  const cost = total.sum('cost');
  return {
    agent_id,
    start: toWireTime(boundaries[0] as number),
    end: toWireTime(boundaries[1] as number),
    time_zone: query.time_zone ?? own,
    as_of: toWireTime(ctx.now()),
    is_complete: isComplete,
    group_by: query.group_by,
    cost_usd: usd(cost),
    unpriced_calls: total.sum('unpriced_calls'),
    parts: ranked(withRest(partsOf(query.group_by, slices), query.group_by, slices, total))
      .filter(([, figures]) => figures.sum('calls') > 0)
      .map(([value, figures]) => ({
        value,
        calls: figures.sum('calls'),
        input_tokens: figures.sum('input_tokens'),
        output_tokens: figures.sum('output_tokens'),
        cost_usd: usd(figures.sum('cost')),
        unpriced_calls: figures.sum('unpriced_calls'),
        share: ratio(figures.sum('cost'), cost),
      })),
  };
}

type Grouping = BreakdownQuery['group_by'];

const dimensionOf = (grouping: Grouping): Dimension =>
  grouping === 'provider'
    ? 'model'
    : grouping === 'end_user' || grouping === 'session'
      ? 'top'
      : grouping;

/** Calls of no session or end user, and those of users that were too many to keep apart: parts add up to the whole. */
function withRest(parts: Slices, grouping: Grouping, slices: Slices, total: Figures): Slices {
  if (grouping !== 'session' && grouping !== 'end_user') return parts;
  const rest = new Figures();
  for (const name of ['calls', 'cost', 'input_tokens', 'output_tokens', 'unpriced_calls'] as const)
    rest.count(
      name,
      total.sum(name) - [...parts.values()].reduce((sum, figures) => sum + figures.sum(name), 0),
    );
  const name = grouping === 'end_user' && slices.has(others) ? others : none;
  return new Map([...parts, [name, rest]]);
}

/** Providers are in the names of models; sessions and end users share a dimension. */
function partsOf(grouping: Grouping, slices: Slices): Slices {
  if (grouping === 'provider') {
    const providers: Slices = new Map();
    for (const [model, figures] of slices)
      mergeSlices(providers, new Map([[model.split('/')[0] ?? model, figures]]));
    return providers;
  }
  if (grouping === 'session')
    return new Map([...slices].filter(([value]) => topKind(value) === 'session'));
  if (grouping === 'end_user')
    return new Map(
      [...slices]
        .filter(([value]) => topKind(value) === 'user')
        .map(([value, figures]) => [topName(value), figures]),
    );
  return slices;
}
