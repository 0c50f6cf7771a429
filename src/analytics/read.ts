import { sql } from 'drizzle-orm';
import { batch, type Db } from '../db/client.ts';
import { analytics_state } from '../db/schema/analytics.ts';
import { workspaces } from '../db/schema/workspaces.ts';
import { type Ctx, coveredAgents } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { hour } from '../shared/time.ts';
import { Cube } from './cube.ts';
import type { Dimension } from './dimensions.ts';
import {
  type CallFact,
  type RatingFact,
  type RunFact,
  type ScoreFact,
  selectCalls,
  selectRatings,
  selectRuns,
  selectScores,
} from './facts.ts';
import { indexAt, type RollupRange, rangesOf } from './plan.ts';
import { type Scope, scopeOf } from './scope.ts';
import { mergeSlices, readQuarters, readSlices, type Slices } from './slices.ts';
import { namesOf, selectVariantNames, type VariantName } from './variant-names.ts';

/** A request for figures along a dimension, for each period between boundaries. */
export interface Wanted {
  /** Null reads nothing; every period is empty. */
  readonly dimension: Dimension | null;
  readonly boundaries: readonly number[];
}

export interface Reading {
  /** For each item of `wanted`, the figures by value in each of its periods. */
  readonly parts: readonly (readonly Slices[])[];
  /** False when there were more facts to count than `maxFacts`. */
  readonly isComplete: boolean;
  /** The names of experiments and variants, if figures along them are wanted. */
  readonly names: ReadonlyMap<string, string>;
}

/** Maximum number of facts of each kind that are counted while reading: those of the open hour, or more if cron is late. */
const maxFacts = 20_000;

const zones = new Map<string, string>();

/**
 * Reads figures of one agent (id or slug), or of all that the caller may see, in one round trip: rollups for closed
 * hours, facts for open ones; with `only`, those of agents with these ids. `want` gets the cached time zone of the workspace; when that is outdated, it reads
 * again. Throws `not_found`.
 */
export async function readFigures(
  ctx: Ctx,
  agent: string | null,
  want: (time_zone: string) => readonly Wanted[],
  only: readonly string[] | null = null,
): Promise<Reading & { readonly agent_id: string | null; readonly time_zone: string }> {
  const guessed = zones.get(ctx.workspace_id) ?? 'UTC';
  const wanted = want(guessed);
  const scope = scopeOf(ctx, agent, only);
  const times = wanted.flatMap(({ boundaries }) => [
    boundaries[0] as number,
    boundaries.at(-1) as number,
  ]);
  const facts = {
    workspace_id: ctx.workspace_id,
    agents: scope.facts,
    from: openFrom(ctx.workspace_id, Math.min(...times)),
  };
  const range = { ...facts, to: Math.max(...times), limit: maxFacts };
  const isNamed = wanted.some(({ dimension }) => dimension === 'variant');
  const [[workspace], owners, rollups, calls, runs, ratings, scores, variants] = await batch(
    ctx.db,
    [
      ctx.db
        .select({ time_zone: workspaces.time_zone })
        .from(workspaces)
        .where(sql`id = ${ctx.workspace_id}`),
      scope.owner,
      selectRollups(ctx.db, ctx.workspace_id, scope, wanted),
      selectCalls(ctx.db, range),
      selectRuns(ctx.db, range),
      selectRatings(ctx.db, range),
      selectScores(ctx.db, range),
      isNamed ? selectVariantNames(ctx.db, ctx.workspace_id, scope.facts) : null,
    ] as const,
  );
  const time_zone = workspace?.time_zone ?? 'UTC';
  if (zones.size >= 1000) zones.clear();
  zones.set(ctx.workspace_id, time_zone);
  const [owner] = owners as { id: string }[];
  const covered = coveredAgents(ctx.actor);
  if (agent !== null && (owner === undefined || (covered !== null && !covered.includes(owner.id))))
    throw notFound('agent');
  if (time_zone !== guessed) return readFigures(ctx, agent, want, only);
  const parts = wanted.map(({ boundaries }) => boundaries.slice(1).map((): Slices => new Map()));
  addRollups(parts, wanted, rollups as StoredRow[]);
  addFacts(parts, wanted, {
    calls: calls as CallFact[],
    runs: runs as RunFact[],
    ratings: ratings as RatingFact[],
    scores: scores as ScoreFact[],
  });
  const isComplete = [calls, runs, ratings, scores].every(
    (list) => (list as unknown[]).length < maxFacts,
  );
  const names = namesOf((variants ?? []) as VariantName[]);
  return { parts, isComplete, names, agent_id: owner?.id ?? null, time_zone };
}

/** Reads the figures of agents by id, for each stretch between boundaries, from rollups only. */
export async function readClosed(
  ctx: Ctx,
  workspace_id: string,
  agents: readonly string[],
  boundaries: readonly number[],
): Promise<Slices[]> {
  const wanted = [{ dimension: 'agent' as const, boundaries }];
  const scope = { rollups: sql`json_each(${JSON.stringify(agents)})`, isByAgent: true };
  const days = boundaries.slice(1).map((): Slices => new Map());
  addRollups([days], wanted, await selectRollups(ctx.db, workspace_id, scope, wanted));
  return days;
}

const stateOf = (workspace_id: string, column: string) =>
  sql`coalesce((select ${sql.raw(column)} from ${analytics_state} where workspace_id = ${workspace_id}), 0)`;

/** The first instant that no rolled-up hour contains. */
const openFrom = (workspace_id: string, from: number) =>
  sql`max(${from}, ${stateOf(workspace_id, 'rolled_until')})`;

interface StoredRow {
  /** The index in `wanted`. */
  readonly part: number;
  readonly agent_id: string;
  readonly bucket: number;
  readonly slices: string;
  readonly quarters: string | null;
}

/** Selects days as far as they have been rolled up, and hours after that. */
function selectRollups(
  db: Db,
  workspace_id: string,
  { rollups: agents, isByAgent }: Pick<Scope, 'rollups' | 'isByAgent'>,
  wanted: readonly Wanted[],
) {
  const ranges = wanted.flatMap(({ dimension: requested, boundaries }, part) =>
    (requested === null ? [] : rangesOf(boundaries)).flatMap((range: RollupRange) => {
      const dimension = isByAgent && requested === 'agent' ? 'all' : requested;
      const row = {
        part,
        dimension,
        grain: range.grain,
        from: range.from,
        to: range.to,
        split: `,${range.split.join()},`,
        is_open: 0,
      };
      return range.grain === 'day' ? [row, { ...row, grain: 'hour', is_open: 1 }] : [row];
    }),
  );
  const dayed = stateOf(workspace_id, 'dayed_until');
  const rolled = stateOf(workspace_id, 'rolled_until');
  const isSplit = sql`instr(g.value ->> 'split', ',' || r.bucket || ',') > 0`;
  return db.all<StoredRow>(sql`
    select g.value ->> 'part' as part, r.agent_id, r.bucket, iif(${isSplit}, '', r.slices) as slices, iif(${isSplit}, r.quarters, null) as quarters
    from ${agents} a cross join json_each(${JSON.stringify(ranges)}) g
    cross join analytics_rollups r on r.workspace_id = ${workspace_id} and r.agent_id = a.value
      and r.dimension = g.value ->> 'dimension' and r.grain = g.value ->> 'grain'
      and r.bucket >= max(g.value ->> 'from', iif(g.value ->> 'is_open', ${dayed}, 0))
      and r.bucket < min(g.value ->> 'to', iif(g.value ->> 'grain' = 'day', ${dayed}, ${rolled}))`);
}

function addRollups(
  parts: Slices[][],
  wanted: readonly Wanted[],
  rows: readonly StoredRow[],
): void {
  for (const { part, agent_id, bucket, slices, quarters } of rows) {
    const { dimension, boundaries } = wanted[part] as Wanted;
    const add = (at: number, some: Slices) => {
      const into = parts[part]?.[indexAt(boundaries, at)];
      const figures = some.get('');
      const isAgent = dimension === 'agent' && agent_id !== '' && figures !== undefined;
      if (into !== undefined) mergeSlices(into, isAgent ? new Map([[agent_id, figures]]) : some);
    };
    if (quarters === null) add(bucket, readSlices(slices));
    else for (const [index, some] of readQuarters(quarters)) add(bucket + (index * hour) / 4, some);
  }
}

interface OpenFacts {
  readonly calls: readonly CallFact[];
  readonly runs: readonly RunFact[];
  readonly ratings: readonly RatingFact[];
  readonly scores: readonly ScoreFact[];
}

function addFacts(
  parts: Slices[][],
  wanted: readonly Wanted[],
  { calls, runs, ratings, scores }: OpenFacts,
): void {
  for (const [part, { dimension, boundaries }] of wanted.entries()) {
    if (dimension === null) continue;
    const cubes = boundaries.slice(1).map(() => new Cube(['']));
    const cubeAt = ({ at }: { at: number }) => cubes[indexAt(boundaries, at)];
    for (const call of calls) cubeAt(call)?.addCall(call);
    for (const run of runs) cubeAt(run)?.addRun(run);
    for (const rating of ratings) cubeAt(rating)?.addRating(rating);
    for (const score of scores) cubeAt(score)?.addScore(score);
    for (const [index, cube] of cubes.entries())
      mergeSlices(parts[part]?.[index] as Slices, cube.slices('', dimension));
  }
}
