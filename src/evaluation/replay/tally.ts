import { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import { toWireUsd } from '../../shared/money.ts';

const done = sql`t.state = 'done'`;
/** Both the turn and its original have the value. */
const compared = (column: string): SQL =>
  sql`t.${sql.raw(column)} is not null and t.original_${sql.raw(column)} is not null`;
const sumOf = (value: SQL): SQL => sql`coalesce(sum(${value}), 0)`;

/** The figures of a replay, by name. */
const figures: Readonly<Record<string, SQL>> = {
  turns: sql`count(*)`,
  done: sumOf(done),
  failed: sumOf(sql`${done} and t.status is not 'completed'`),
  changed: sumOf(sql`t.is_changed = 1`),
  worse: sumOf(sql`t.is_worse = 1`),
  with_misses: sumOf(sql`t.miss_count > 0`),
  misses: sumOf(sql`t.miss_count`),
  prefers_original: sumOf(sql`t.preference = 'original'`),
  prefers_replay: sumOf(sql`t.preference = 'replay'`),
  ties: sumOf(sql`t.preference = 'tie'`),
  unpriced: sumOf(sql`${done} and t.cost_nano_usd is null`),
  spent_nano_usd: sql`coalesce(sum(coalesce(t.cost_nano_usd, 0) + t.extra_nano_usd), 0)`,
  cost_nano_usd: sql`sum(iif(${compared('cost_nano_usd')}, t.cost_nano_usd, null))`,
  original_cost_nano_usd: sql`sum(iif(${compared('cost_nano_usd')}, t.original_cost_nano_usd, null))`,
  latency_ms: sql`avg(iif(${compared('latency_ms')}, t.latency_ms, null))`,
  original_latency_ms: sql`avg(iif(${compared('latency_ms')}, t.original_latency_ms, null))`,
};

/** The figures over the turns of a replay, as JSON. */
export const tallyOf = (replay_id: string): SQL<string> =>
  sql`(select json_object(${sql.join(
    Object.entries(figures).flatMap(([name, value]) => [sql.raw(`'${name}'`), value]),
    sql`, `,
  )}) from replay_turns t where t.replay_id = ${replay_id})`;

const count = z.int();
const Usd = z.number().nullable();

export const ReplayFigures = z
  .object({
    turns: count,
    done: count,
    failed: count.describe('Turns whose run did not complete'),
    changed: count.describe('Turns with another answer'),
    worse: count.describe(
      'Turns that the judge likes less, or that failed where the original did not',
    ),
    with_misses: count.describe(
      'Turns with at least one call of a tool that the record does not have',
    ),
    misses: count,
    preferred: z
      .object({ original: count, replay: count, tie: count })
      .describe('Preferences of the judge, which is asked in both orders'),
    unpriced: count.describe('Turns of unknown cost, which the cost limit does not see'),
    spent_usd: z.number().describe('Known cost of all runs and of the judge'),
    cost_usd: Usd.describe('Cost of the turns for which both costs are known'),
    original_cost_usd: Usd.describe('What the same turns cost originally'),
    mean_latency_ms: z.number().nullable(),
    original_mean_latency_ms: z.number().nullable(),
  })
  .openapi('ReplayFigures');
export type ReplayFigures = z.output<typeof ReplayFigures>;

export function toFigures(tally: Readonly<Record<string, number | null>> | null): ReplayFigures {
  const of = (name: string): number => tally?.[name] ?? 0;
  const orNull = (name: string): number | null => tally?.[name] ?? null;
  const rounded = (value: number | null) => (value === null ? null : Math.round(value));
  return {
    turns: of('turns'),
    done: of('done'),
    failed: of('failed'),
    changed: of('changed'),
    worse: of('worse'),
    with_misses: of('with_misses'),
    misses: of('misses'),
    preferred: {
      original: of('prefers_original'),
      replay: of('prefers_replay'),
      tie: of('ties'),
    },
    unpriced: of('unpriced'),
    spent_usd: toWireUsd(of('spent_nano_usd')) ?? 0,
    cost_usd: toWireUsd(orNull('cost_nano_usd')),
    original_cost_usd: toWireUsd(orNull('original_cost_nano_usd')),
    mean_latency_ms: rounded(orNull('latency_ms')),
    original_mean_latency_ms: rounded(orNull('original_latency_ms')),
  };
}
