import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { schedule as tasks } from '../../src/features.ts';
import { newChat } from '../support/chat.ts';
import { type Fault, faulty } from '../support/faulty.ts';
import {
  asSystem,
  lossy,
  makeDue,
  minutesAgo,
  onceAnHour,
  slotIn,
  slotsOf,
  start,
  tick,
} from '../support/schedules.ts';

const answer = { text: ['Done.'], usage: { input_tokens: 10, output_tokens: 3 } };

async function newDue(about: object = {}, rounds = 3) {
  const chat = await newChat({ rounds: Array.from({ length: rounds }, () => answer) });
  const path = `/agents/${chat.agent}/schedules`;
  const fields = { name: 'Report', cron: onceAnHour(), message: 'Report.', ...about };
  const { body } = await chat.workspace.post(path, fields);
  await makeDue(body.id, minutesAgo(1));
  return { ...chat, schedule: body.id as string };
}

const countRuns = async (workspace_id: string) =>
  (
    await env.DB.prepare('select count(*) as n from runs where workspace_id = ?')
      .bind(workspace_id)
      .first<{ n: number }>()
  )?.n;

it('claims a time once in concurrent and repeated ticks (R68)', async () => {
  const { workspace, schedule } = await newDue();
  await Promise.all(Array.from({ length: 6 }, () => tick()));
  const { scheduled_at } = await slotIn(workspace, schedule, 'completed');
  await makeDue(schedule, scheduled_at);
  await tick();
  await tick();
  expect(await slotsOf(workspace, schedule)).toHaveLength(1);
  expect(await countRuns(workspace.id)).toBe(1);
});

it.each([
  ['without a session', null],
  ['in a new session', 'new'],
  ['in a session', 'existing'],
])(
  'starts a run %s once, however often and concurrently its job is delivered (R64)',
  async (_name, kind) => {
    const { workspace, schedule, session, provider } = await newDue();
    if (kind !== null) {
      const changed = { session: kind === 'new' ? kind : session };
      expect((await workspace.patch(`/schedules/${schedule}`, changed)).status).toBe(200);
      await makeDue(schedule, minutesAgo(1));
    }
    await tick({ JOBS: lossy });
    await Promise.allSettled([start(schedule), start(schedule), start(schedule)]);
    await start(schedule);
    const done = await slotIn(workspace, schedule, 'completed');
    // As if the mark of the start had been lost after the run has ended.
    const forget = env.DB.prepare("update schedule_slots set status = 'starting' where id = ?");
    await forget.bind(done.id).run();
    await Promise.allSettled([start(schedule), start(schedule)]);
    await slotIn(workspace, schedule, 'completed');
    expect(await countRuns(workspace.id)).toBe(1);
    expect(await provider.requests()).toHaveLength(1);
    const { body } = await workspace.get(`/sessions/${done.session_id ?? session}/messages`);
    expect(body.data).toHaveLength(kind === null ? 0 : 2);
  },
);

it('refuses to begin a run of a session again whose id was used', async () => {
  const { workspace, schedule, session, provider } = await newDue();
  await workspace.patch(`/schedules/${schedule}`, { session });
  await makeDue(schedule, minutesAgo(1));
  await tick({ JOBS: lossy });
  await start(schedule);
  const done = await slotIn(workspace, schedule, 'completed');
  // As if the job had read its state before the run began, and went on after it has ended.
  const hidden = {
    ...env.DB,
    withSession: (constraint?: string) => hideRun(env.DB.withSession(constraint)),
  };
  await env.DB.prepare("update schedule_slots set status = 'starting' where id = ?")
    .bind(done.id)
    .run();
  await start(schedule, { DB: hidden });
  expect(await provider.requests()).toHaveLength(1);
  expect((await workspace.get(`/sessions/${session}/messages`)).body.data).toHaveLength(2);
});

/** A session of the database whose first batch, which reads what is to start, does not find the run. */
function hideRun(session: D1DatabaseSession): D1DatabaseSession {
  let batches = 0;
  return {
    prepare: (sql: string) => session.prepare(sql),
    batch: async (statements: D1PreparedStatement[]) => {
      batches += 1;
      const results = await session.batch(statements);
      if (batches > 1) return results;
      expect(results.map((result) => result.results.length)).toEqual([1, 1, 1]);
      return results.map((result, index) => (index < 2 ? result : { ...result, results: [] }));
    },
    getBookmark: () => session.getBookmark(),
  } as unknown as D1DatabaseSession;
}

const task = tasks.everyMinute.find(({ name }) => name === 'schedules');

it('loses no time and repeats none when any round trip of a tick or a start fails (R56)', async () => {
  const rounds = 60;
  const { workspace, schedule } = await newDue({ cron: '*/5 * * * *' }, rounds);
  const due = (fault: Fault | null) => {
    const { database, trips } = faulty(env.DB, fault);
    return { bindings: { DB: database, JOBS: lossy }, trips };
  };
  const runTick = (bindings: object) =>
    asSystem('', async (ctx) => void (await task?.run(ctx)), bindings).catch(() => undefined);
  const first = due(null);
  await runTick(first.bindings);
  const ticks = first.trips();
  const second = due(null);
  await start(schedule, second.bindings);
  const starts = second.trips();
  await slotIn(workspace, schedule, 'completed');
  expect([ticks, starts]).toEqual([4, 5]);
  let expected = 1;
  const points = [
    ...Array.from({ length: ticks }, (_, at) => ({ at: at + 1, part: 'tick' })),
    ...Array.from({ length: starts }, (_, at) => ({ at: at + 1, part: 'start' })),
  ];
  for (const { at, part } of points)
    for (const mode of ['before', 'after'] as const) {
      const fault = due({ at, mode });
      await makeDue(schedule, minutesAgo(0) + expected);
      await runTick(part === 'tick' ? fault.bindings : { JOBS: lossy });
      if (part === 'start') await start(schedule, fault.bindings).catch(() => undefined);
      // What a later tick, and the sweep of the outbox, make of it.
      await runTick({ JOBS: lossy });
      await start(schedule);
      await slotIn(workspace, schedule, 'completed');
      expected += 1;
      expect([part, at, mode, await countRuns(workspace.id)]).toEqual([part, at, mode, expected]);
    }
  expect((await workspace.get(`/schedules/${schedule}/runs?limit=100`)).body.data).toHaveLength(
    expected,
  );
});
