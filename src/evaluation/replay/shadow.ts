import { sql } from 'drizzle-orm';
import { batch, type Statement } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { type EndedRun, selectEndedRuns } from '../ended-runs.ts';
import { selectQueued } from '../queued.ts';
import { isSampled } from '../sample.ts';
import { replayJob } from './process-replay.ts';
import { type ReplayRow, selectOpen, selectShadows } from './store.ts';

/** Shadows of one page and of one tick, runs that are read for each, and turns that may wait. */
const pageSize = 50;
const maxPages = 10;
const maxRuns = 500;
const maxWaiting = 500;

/** Gives running shadows their share of the turns that have ended since the last tick. */
export async function feedShadows(ctx: Ctx): Promise<number> {
  let fed = 0;
  let after = '';
  for (let page = 0; page < maxPages; page += 1) {
    const shadows = await selectShadows(ctx.db, after, pageSize).all();
    for (const shadow of shadows)
      fed += await feed(ctx, shadow).catch((error: unknown) => {
        ctx.log.error('shadow_not_fed', { replay_id: shadow.id, error });
        return 0;
      });
    const last = shadows.at(-1);
    if (last === undefined || shadows.length < pageSize) break;
    after = last.id;
  }
  return fed;
}

async function feed(given: Ctx, shadow: ReplayRow): Promise<number> {
  const { id, workspace_id, agent_id, api_key_id } = shadow;
  const ctx: Ctx = { ...given, workspace_id };
  const cursor = { read_until: shadow.read_until ?? 0, read_run_id: shadow.read_run_id ?? '' };
  const job = replayJob(shadow, api_key_id);
  const [ended, open, queued] = await batch(ctx.db, [
    selectEndedRuns(ctx.db, workspace_id, agent_id, cursor, ctx.now(), maxRuns),
    selectOpen(ctx.db, id),
    selectQueued(ctx.db, job.id),
  ]);
  const last = ended.at(-1);
  // A job that was just ending has left the turns of the last tick, which `open` shows.
  const jobs = queued.length > 0 ? [] : [job];
  if (last === undefined) {
    if (open.length > 0 && jobs.length > 0) await commit(ctx, { statements: [], jobs });
    return 0;
  }
  const turns = ended.filter((run) => isWanted(shadow, run));
  const rows = JSON.stringify(turns.map((run) => ({ run_id: run.id, session_id: run.session_id })));
  const room = sql`max(0, ${maxWaiting} - (select count(*) from replay_turns t where t.replay_id = ${id} and t.state <> 'done'))`;
  // Of concurrent ticks, one moves the cursor; turns are inserted once.
  const isOwn = sql`exists (select 1 from replays p where p.id = ${id} and p.status = 'running' and p.read_until = ${cursor.read_until} and p.read_run_id = ${cursor.read_run_id})`;
  await commit(ctx, {
    statements: [
      ctx.db.run(
        sql`update replays set skipped_count = skipped_count + max(0, ${turns.length} - ${room}) where id = ${id} and ${isOwn}`,
      ) as unknown as Statement,
      ctx.db.run(sql`insert into replay_turns (replay_id, source_run_id, workspace_id, source_session_id, state)
        select ${id}, j.value ->> 'run_id', ${workspace_id}, j.value ->> 'session_id', 'pending' from json_each(${rows}) j
        where ${isOwn} limit ${room} on conflict do nothing`) as unknown as Statement,
      ctx.db.run(
        sql`update replays set read_until = ${last.ended_at}, read_run_id = ${last.id} where id = ${id} and ${isOwn}`,
      ) as unknown as Statement,
    ],
    jobs: turns.length === 0 && open.length === 0 ? [] : jobs,
  });
  return turns.length;
}

const isWanted = ({ id, share, selection }: ReplayRow, run: EndedRun): boolean =>
  run.is_answer === 1 &&
  (selection.experiment_id === undefined || run.experiment_id === selection.experiment_id) &&
  isSampled(run.id, id, (share ?? 0) / 1e6);
