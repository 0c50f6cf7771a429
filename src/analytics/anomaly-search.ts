import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { markAnomalies, pastDays } from './anomalies.ts';
import {
  addAnomalies,
  saveSearch,
  selectActiveAgents,
  selectSearch,
  selectUnsearched,
} from './anomaly-store.ts';
import { forEachDueWorkspace } from './due-workspaces.ts';
import { Figures } from './figures.ts';
import { dayFigures, toMeasures } from './measures.ts';
import { boundariesOf, dateAt, plusDays, startOfDate } from './plan.ts';
import { readClosed } from './read.ts';

/** Number of agents per tick, and per batch. */
const agentsOfTick = 2000;
const agentsAtATime = 20;
/** Maximum number of days that a search covers after an outage of cron. */
const furthestBack = 14;

interface Allowance {
  agents: number;
}

/** Detects anomalies in every workspace that was rolled up since the last search. Idempotent: an anomaly is alerted once. */
export async function findAnomalies(ctx: Ctx): Promise<void> {
  const allowance: Allowance = { agents: agentsOfTick };
  await forEachDueWorkspace(ctx, {
    name: 'anomalies',
    hasRoom: () => allowance.agents > 0,
    selectDue: (after) => selectUnsearched(ctx.db, after, ctx.now(), 20),
    visit: (workspace_id) => searchWorkspace(ctx, workspace_id, allowance),
  });
}

/** Returns the current day, the previous day, and earlier days that ended after the last search. */
async function searchWorkspace(
  ctx: Ctx,
  workspace_id: string,
  allowance: Allowance = { agents: agentsOfTick },
): Promise<void> {
  const search = await selectSearch(ctx.db, workspace_id).get();
  allowance.agents -= 1;
  if (search === undefined) return;
  const { time_zone, revision, searched_until } = search;
  const today = dateAt(ctx.now(), time_zone);
  const first = earlier(
    plusDays(today, -1),
    later(searched_until ?? today, plusDays(today, -furthestBack)),
  );
  const start = startOfDate(first, time_zone);
  const boundaries = boundariesOf(
    startOfDate(plusDays(first, -pastDays), time_zone),
    startOfDate(plusDays(today, 1), time_zone),
    'day',
    time_zone,
  );
  for (let after = ''; ; ) {
    const agents = (
      await selectActiveAgents(ctx.db, workspace_id, start, after, agentsAtATime)
    ).map(({ id }) => id);
    const isLast = agents.length < agentsAtATime;
    const found = await searchAgents(ctx, {
      workspace_id,
      agents,
      boundaries,
      from: boundaries.findIndex((at) => at >= start),
      time_zone,
    });
    await batch(ctx.db, [
      ...(found.length === 0 ? [] : addAnomalies(ctx.db, found, ctx.now())),
      ...(isLast ? [saveSearch(ctx.db, workspace_id, revision, today)] : []),
    ]);
    allowance.agents -= agents.length;
    if (isLast) return;
    after = agents.at(-1) as string;
  }
}

interface Search {
  readonly workspace_id: string;
  readonly agents: readonly string[];
  readonly boundaries: readonly number[];
  /** The index of the first day that is examined; earlier days are for comparison. */
  readonly from: number;
  readonly time_zone: string;
}

async function searchAgents(
  ctx: Ctx,
  { workspace_id, agents, boundaries, from, time_zone }: Search,
) {
  if (agents.length === 0) return [];
  const days = await readClosed(ctx, workspace_id, agents, boundaries);
  return agents.flatMap((agent_id) => {
    const figures = days.map((slices) =>
      dayFigures(toMeasures(slices.get(agent_id) ?? new Figures())),
    );
    return markAnomalies(figures).flatMap((marks, index) =>
      (index < from ? [] : marks).map((mark) => ({
        ...mark,
        id: ctx.newId('anm'),
        job_id: ctx.newId('job'),
        workspace_id,
        agent_id,
        date: dateAt(boundaries[index] as number, time_zone),
        created_at: ctx.now(),
      })),
    );
  });
}

const earlier = (date: string, other: string) => (date < other ? date : other);
const later = (date: string, other: string) => (date > other ? date : other);
