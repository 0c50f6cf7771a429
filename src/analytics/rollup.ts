import { batch, type Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { day, hour, minute } from '../shared/time.ts';
import { Cube } from './cube.ts';
import type { Dimension } from './dimensions.ts';
import { forEachDueWorkspace } from './due-workspaces.ts';
import {
  type CallFact,
  type FactRange,
  type RatingFact,
  type RunFact,
  type ScoreFact,
  selectCalls,
  selectRatings,
  selectRuns,
  selectScores,
} from './facts.ts';
import { capSlices, mergeSlices, readSlices, type Slices, writeSlices } from './slices.ts';
import {
  advanceState,
  deleteMark,
  type Lease,
  markDay,
  type RollupRow,
  replaceRollups,
  type StateRow,
  selectAgentIds,
  selectDueWorkspaces,
  selectHours,
  selectMarks,
  selectNextDay,
  selectNextFacts,
  takeLease,
} from './store.ts';

/** A lease expires after this long without a write. */
const leaseFor = 5 * minute;
/** Maximum number of facts per tick. */
const factsOfTick = 400_000;
/** Number of facts per page. */
const pageSize = 5000;
const quarter = hour / 4;

/** Number of facts that the tick may still count. */
interface Allowance {
  facts: number;
}

/**
 * Rolls up finished hours, and days out of hours. Idempotent; resumes where it was interrupted, and counts an hour
 * again when a late fact arrived.
 */
export async function rollUp(ctx: Ctx): Promise<void> {
  const allowance: Allowance = { facts: factsOfTick };
  await forEachDueWorkspace(ctx, {
    name: 'rollup',
    hasRoom: () => allowance.facts > 0,
    selectDue: (after) => selectDueWorkspaces(ctx.db, after, ctx.now(), 20),
    visit: (workspace_id) => rollUpWorkspace(ctx, workspace_id, allowance),
  });
}

/** Rolls up one workspace within the allowance. */
export async function rollUpWorkspace(
  ctx: Ctx,
  workspace_id: string,
  allowance: Allowance = { facts: factsOfTick },
): Promise<void> {
  const lease = { workspace_id, token: ctx.newId('job') };
  const [, [state]] = await batch(
    ctx.db,
    takeLease(ctx.db, lease, ctx.now(), ctx.now() + leaseFor),
  );
  if (state === undefined) return;
  await closeHours(ctx, lease, state, allowance);
  await reopenHours(ctx, lease, state, allowance);
  if (allowance.facts > 0) await closeDays(ctx, lease, state);
  await reopenDays(ctx, lease);
  await advanceState(ctx.db, lease, { lease: null, lease_until: 0 }).run();
}

/** Rolls up the hours with facts that have ended since the last tick. */
async function closeHours(
  ctx: Ctx,
  lease: Lease,
  state: StateRow,
  allowance: Allowance,
): Promise<void> {
  const until = state.closing_until;
  let from = state.rolled_until;
  let [next] = await selectNextFacts(ctx.db, lease.workspace_id, from, until);
  while (next?.at != null && allowance.facts > 0) {
    const bucket = next.at - (next.at % hour);
    from = bucket + hour;
    const counted = await countHour(ctx, lease.workspace_id, bucket, allowance, until);
    await write(ctx, lease, [
      ...replaceRollups(
        ctx.db,
        lease,
        { grain: 'hour', bucket, agents: null },
        toHourRows(counted.cubes),
      ),
      advanceState(ctx.db, lease, { rolled_until: from, lease_until: ctx.now() + leaseFor }),
    ]);
    next = counted.next;
  }
  if (next?.at == null && from > 0 && from < until)
    await advance(ctx, lease, { rolled_until: until });
}

/** Counts hours with late facts again and marks their days. */
async function reopenHours(
  ctx: Ctx,
  lease: Lease,
  state: StateRow,
  allowance: Allowance,
): Promise<void> {
  while (allowance.facts > 0) {
    const marks = await selectMarks(ctx.db, lease.workspace_id, 'hour', 50);
    if (marks.length === 0) return;
    for (const { bucket, marks: seen } of marks) {
      if (allowance.facts <= 0) return;
      const done = deleteMark(ctx.db, lease, 'hour', bucket, seen);
      const alive = advanceState(ctx.db, lease, { lease_until: ctx.now() + leaseFor });
      if (bucket < state.archived_until) {
        await write(ctx, lease, [done, alive]);
        continue;
      }
      const { cubes } = await countHour(ctx, lease.workspace_id, bucket, allowance, bucket + hour);
      await write(ctx, lease, [
        ...replaceRollups(
          ctx.db,
          lease,
          { grain: 'hour', bucket, agents: null },
          toHourRows(cubes),
        ),
        markDay(ctx.db, lease, bucket - (bucket % day)),
        done,
        alive,
      ]);
    }
    if (marks.length < 50) return;
  }
}

/** Rolls up finished days. An hour that is not rolled up keeps its day open. */
async function closeDays(ctx: Ctx, lease: Lease, state: StateRow): Promise<void> {
  const until = state.closing_until - (state.closing_until % day);
  for (let from = state.dayed_until; ; ) {
    const next = await selectNextDay(ctx.db, lease.workspace_id, from, until);
    const bucket = next?.bucket ?? null;
    if (bucket === null) {
      if (from < until) await advance(ctx, lease, { dayed_until: until });
      return;
    }
    const start = bucket - (bucket % day);
    await countDay(ctx, lease, start, []);
    from = start + day;
    await advance(ctx, lease, { dayed_until: from });
  }
}

async function reopenDays(ctx: Ctx, lease: Lease): Promise<void> {
  for (const { bucket, marks } of await selectMarks(ctx.db, lease.workspace_id, 'day', 100))
    await countDay(ctx, lease, bucket, [deleteMark(ctx.db, lease, 'day', bucket, marks)]);
}

const advance = (ctx: Ctx, lease: Lease, changes: Partial<StateRow>) =>
  write(ctx, lease, [advanceState(ctx.db, lease, changes)]);

/** Writes a batch that ends with `advanceState`. Throws when the lease was lost. */
async function write(ctx: Ctx, lease: Lease, statements: readonly Statement[]): Promise<void> {
  const results = await batch(ctx.db, statements);
  if ((results.at(-1) as unknown[]).length === 0)
    throw new Error(`The lease on the rollups of ${lease.workspace_id} was lost.`);
}

/** Counts the facts of an hour by quarter; also returns the time of the next fact before `until`. */
async function countHour(
  ctx: Ctx,
  workspace_id: string,
  bucket: number,
  allowance: Allowance,
  until: number,
) {
  const cubes = Array.from({ length: 4 }, () => new Cube());
  const cubeAt = (at: number) => cubes[Math.floor((at - bucket) / quarter)] as Cube;
  const range = { workspace_id, agents: null, from: bucket, to: bucket + hour, limit: pageSize };
  const [calls, runs, ratings, scores, next] = await batch(ctx.db, [
    selectCalls(ctx.db, range),
    selectRuns(ctx.db, range),
    selectRatings(ctx.db, range),
    selectScores(ctx.db, range),
    selectNextFacts(ctx.db, workspace_id, bucket + hour, until),
  ] as const);
  /** Adds a page of facts and all pages after it. */
  const read = async <Fact extends Position>(
    first: readonly Fact[],
    select: (range: FactRange) => PromiseLike<Fact[]>,
    add: (cube: Cube, fact: Fact) => void,
  ) => {
    for (let facts = first; ; facts = await select({ ...range, after: facts.at(-1) ?? null })) {
      for (const fact of facts) add(cubeAt(fact.at), fact);
      allowance.facts -= facts.length;
      if (facts.length < pageSize) return;
    }
  };
  await read(
    calls as CallFact[],
    (page) => selectCalls(ctx.db, page),
    (cube, call) => cube.addCall(call),
  );
  await read(
    runs as RunFact[],
    (page) => selectRuns(ctx.db, page),
    (cube, run) => cube.addRun(run),
  );
  await read(
    ratings as RatingFact[],
    (page) => selectRatings(ctx.db, page),
    (cube, rating) => cube.addRating(rating),
  );
  await read(
    scores as ScoreFact[],
    (page) => selectScores(ctx.db, page),
    (cube, score) => cube.addScore(score),
  );
  allowance.facts -= 1;
  return { cubes, next: next[0] };
}

interface Position {
  readonly at: number;
  readonly id: string;
  readonly agent_id: string | null;
}

function toHourRows(cubes: readonly Cube[]): RollupRow[] {
  const rows = new Map<
    string,
    { agent_id: string; dimension: Dimension; quarters: [number, Slices][] }
  >();
  for (const [index, cube] of cubes.entries()) {
    for (const [agent_id, byDimension] of cube.cells) {
      for (const [dimension, slices] of byDimension) {
        const key = `${agent_id} ${dimension}`;
        const row = rows.get(key) ?? { agent_id, dimension, quarters: [] };
        row.quarters.push([index, capSlices(slices)]);
        rows.set(key, row);
      }
    }
  }
  return [...rows.values()].map(({ agent_id, dimension, quarters }) => {
    const slices: Slices = new Map();
    for (const [, part] of quarters) mergeSlices(slices, part);
    const parts = quarters.map(([index, part]) => `"${index}":${writeSlices(part)}`);
    return {
      agent_id,
      dimension,
      slices: writeSlices(capSlices(slices)),
      quarters: `{${parts.join(',')}}`,
    };
  });
}

/** The agents whose hours are merged in one batch. */
const agentsAtATime = 20;

/** Rolls up a day out of its hours, batch by batch of agents; `done` is part of the last batch. */
async function countDay(
  ctx: Ctx,
  lease: Lease,
  bucket: number,
  done: readonly Statement[],
): Promise<void> {
  for (let agents: string[] = [''], isLast = false; !isLast; ) {
    const more = await selectAgentIds(
      ctx.db,
      lease.workspace_id,
      agents.at(-1) ?? '',
      agentsAtATime,
    );
    isLast = more.length === 0;
    const hours = await selectHours(ctx.db, lease.workspace_id, agents, bucket);
    const days = new Map<string, { agent_id: string; dimension: Dimension; slices: Slices }>();
    for (const { agent_id, dimension, slices } of hours) {
      const key = `${agent_id} ${dimension}`;
      const row = days.get(key) ?? { agent_id, dimension, slices: new Map() };
      mergeSlices(row.slices, readSlices(slices));
      days.set(key, row);
    }
    const rows = [...days.values()].map(({ slices, ...row }) => ({
      ...row,
      slices: writeSlices(capSlices(slices)),
      quarters: null,
    }));
    await write(ctx, lease, [
      ...replaceRollups(ctx.db, lease, { grain: 'day', bucket, agents }, rows),
      ...(isLast ? done : []),
      advanceState(ctx.db, lease, { lease_until: ctx.now() + leaseFor }),
    ]);
    agents = more.map(({ id }) => id);
  }
}
