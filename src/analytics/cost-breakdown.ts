import type { Ctx } from '../platform/context.ts';
import { invalid } from '../shared/failure.ts';
import { toWireTime } from '../shared/time.ts';
import { ranked } from './costs.ts';
import { none, others } from './dimensions.ts';
import { Figures } from './figures.ts';
import { dimensionOf, type Grouping, groupsOf } from './groups.ts';
import { addSum, readMetric } from './kinds.ts';
import { usd } from './measures.ts';
import { cost, unpriced_calls } from './metrics/cost.ts';
import { calls, input_tokens, output_tokens } from './metrics/usage.ts';
import { periodOf } from './period.ts';
import { maxDays } from './plan.ts';
import { readFigures, type Wanted } from './read.ts';
import type { BreakdownQuery, CostBreakdown } from './schema.ts';
import { type Slices, totalOf } from './slices.ts';
import { namesOfVersions } from './version-names.ts';

/** The parts of the cost of an agent (id or slug), or of all agents that the caller may see. Throws `not_found`, `validation_failed`. */
export async function getCostBreakdown(
  ctx: Ctx,
  agent: string | null,
  query: BreakdownQuery,
): Promise<CostBreakdown> {
  const want = (zone: string): Wanted[] => {
    const { start, end, days } = periodOf(ctx, query, query.time_zone ?? zone);
    if (days > maxDays.month)
      throw invalid('?start_date', `A range has at most ${maxDays.month} days.`);
    return [
      { dimension: 'all', boundaries: [start, end] },
      { dimension: dimensionOf(query.group_by), boundaries: [start, end] },
    ];
  };
  const {
    parts,
    agent_id,
    isComplete,
    time_zone: own,
    names,
  } = await readFigures(ctx, agent, want);
  const [{ boundaries = [] } = {}] = want(own);
  const [all = [], [slices = new Map()] = []] = parts;
  const total = totalOf(all);
  const groups = groupsOf(query.group_by, slices);
  const versions = await namesOfVersions(ctx, query.group_by, [...groups.keys()]);
  return {
    agent_id,
    start: toWireTime(boundaries[0] as number),
    end: toWireTime(boundaries[1] as number),
    time_zone: query.time_zone ?? own,
    as_of: toWireTime(ctx.now()),
    is_complete: isComplete,
    group_by: query.group_by,
    cost_usd: usd(readMetric(total, cost)),
    unpriced_calls: readMetric(total, unpriced_calls),
    parts: ranked(withRest(groups, query.group_by, slices, total))
      .filter(([, figures]) => readMetric(figures, calls) > 0)
      .map(([value, figures]) => ({
        name: names.get(value) ?? versions.get(value) ?? null,
        ...toPart(value, figures, readMetric(total, cost)),
      })),
  };
}

const toPart = (
  value: string,
  figures: Figures,
  whole: number,
): Omit<CostBreakdown['parts'][number], 'name'> => ({
  value,
  calls: readMetric(figures, calls),
  input_tokens: readMetric(figures, input_tokens),
  output_tokens: readMetric(figures, output_tokens),
  cost_usd: usd(readMetric(figures, cost)),
  unpriced_calls: readMetric(figures, unpriced_calls),
  share: whole === 0 ? 0 : readMetric(figures, cost) / whole,
});

/** Groupings in which a call may have no part. */
const partial: ReadonlySet<Grouping> = new Set(['session', 'end_user', 'experiment', 'variant']);

/** Adds the calls without a part, and those of end users that were not kept apart: parts add up to the whole. */
function withRest(parts: Slices, grouping: Grouping, slices: Slices, total: Figures): Slices {
  if (!partial.has(grouping)) return parts;
  const rest = new Figures();
  for (const metric of [calls, cost, input_tokens, output_tokens, unpriced_calls])
    addSum(
      rest,
      metric,
      readMetric(total, metric) -
        [...parts.values()].reduce((sum, figures) => sum + readMetric(figures, metric), 0),
    );
  const name = grouping === 'end_user' && slices.has(others) ? others : none;
  return new Map([...parts, [name, rest]]);
}
