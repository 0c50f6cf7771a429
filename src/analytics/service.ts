import type { Ctx } from '../platform/context.ts';
import { invalid } from '../shared/failure.ts';
import { hour, toWireTime } from '../shared/time.ts';
import { markAnomalies } from './anomalies.ts';
import { costsOf, ranked } from './costs.ts';
import { dimensionOf, filteredDimension, filterSlices, groupsOf } from './groups.ts';
import { readMetric } from './kinds.ts';
import { dayFigures, toMeasures, usd } from './measures.ts';
import { cost } from './metrics/cost.ts';
import { type Period, periodOf } from './period.ts';
import { boundariesOf, dateAt, type Granularity, maxDays, plusDays, startOfDate } from './plan.ts';
import { readFigures, type Wanted } from './read.ts';
import type { Analytics, AnalyticsQuery } from './schema.ts';
import { type Slices, totalOf } from './slices.ts';
import { toplists } from './toplists.ts';
import { namesOfVersions } from './version-names.ts';

/**
 * Usage, performance, quality and cost of an agent (id or slug), or of all agents that the caller may see.
 * Throws `not_found` and `validation_failed`.
 */
export async function getAnalytics(
  ctx: Ctx,
  agent: string | null,
  query: AnalyticsQuery,
): Promise<Analytics> {
  refuseCombination(query);
  const want = (zone: string) => wantedFor(ctx, query, query.time_zone ?? zone);
  const read = await readFigures(ctx, agent, want, query.agents?.split(',') ?? null);
  const { parts, agent_id, isComplete, time_zone: own, names } = read;
  const time_zone = query.time_zone ?? own;
  const [{ boundaries = [] } = {}, { boundaries: before = [] } = {}] = want(own);
  const [start, end] = [boundaries[0] as number, boundaries.at(-1) as number];
  const isWhole = filteredDimension(query) === null;
  const [all = [], previous = [], groups = [], top = []] = parts.map((stretches) =>
    isWhole ? stretches : stretches.map((slices) => filterSlices(slices, query)),
  );
  const total = totalOf(all);
  const slices = groups[0] ?? new Map();
  const versions = await namesOfVersions(ctx, query.group_by, [...slices.keys()]);
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
    ...toGroups(query, slices, new Map([...names, ...versions])),
    ...costsOf(total),
    forecast: forecast(readMetric(total, cost), { start, end }, ctx.now()),
    ...toplists(isWhole ? (top[0] ?? new Map()) : new Map()),
  };
}

/** Rollups store the figures of a version or a variant along no other dimension. */
function refuseCombination(query: AnalyticsQuery): void {
  const { version, experiment, variant, group_by } = query;
  const dimension = filteredDimension(query);
  if (version !== undefined && (experiment ?? variant) !== undefined)
    throw invalid('?version', 'Must not be combined with `experiment` or `variant`.');
  if (dimension === null || group_by === undefined || dimensionOf(group_by) === dimension) return;
  throw invalid(
    '?group_by',
    dimension === 'version'
      ? 'Must be `version` when the figures are filtered by one.'
      : 'Must be `experiment` or `variant` when the figures are filtered by one of them.',
  );
}

const toGroups = (
  { group_by }: AnalyticsQuery,
  slices: Slices,
  names: ReadonlyMap<string, string>,
): Pick<Analytics, 'group_by' | 'groups'> => ({
  group_by: group_by ?? null,
  groups:
    group_by === undefined
      ? []
      : ranked(groupsOf(group_by, slices)).map(([value, figures]) => ({
          value,
          name: names.get(value) ?? null,
          ...toMeasures(figures),
        })),
});

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

/** The figures of a report, in this order: series, previous period, groups, toplists. */
function wantedFor(ctx: Ctx, query: AnalyticsQuery, time_zone: string): Wanted[] {
  const { start, end, days } = periodOf(ctx, query, time_zone);
  if (days > maxDays[query.granularity])
    throw invalid(
      '?start_date',
      `A range by ${query.granularity} has at most ${maxDays[query.granularity]} days.`,
    );
  const before = startOfDate(plusDays(dateAt(start, time_zone), -days), time_zone);
  const filtered = filteredDimension(query);
  const dimension = filtered ?? 'all';
  const range = [start, end];
  return [
    { dimension, boundaries: boundariesOf(start, end, query.granularity, time_zone) },
    { dimension, boundaries: [before, start] },
    {
      dimension: query.group_by === undefined ? null : dimensionOf(query.group_by),
      boundaries: range,
    },
    { dimension: filtered === null ? 'top' : null, boundaries: range },
  ];
}

function forecast(total: number, { start, end }: Period, now: number): Analytics['forecast'] {
  if (now >= end || now - start < hour) return null;
  return {
    cost_usd: usd(Math.round((total / (now - start)) * (end - start))),
    end: toWireTime(end),
  };
}
