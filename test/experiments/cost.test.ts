import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { request } from '../support/api.ts';
import { type Fault, faulty } from '../support/faulty.ts';
import { rebindHost } from '../support/host.ts';
import { exposures, newSession, newTrial, startTrial, type Trial } from './support.ts';

/** Returns the cost of a whole turn. */
async function turn({ workspace }: Trial, session: string) {
  const { status, headers, body } = await workspace.post(`/sessions/${session}/messages`, {
    message: 'Hello',
  });
  expect([status, body.run?.status]).toEqual([200, 'completed']);
  return readServerTiming(headers.get('server-timing') ?? '');
}

describe('a turn while an experiment runs', () => {
  it('takes the round trips and writes the rows of one without, apart from the exposure once', async () => {
    const [plain, tried] = [await newTrial(), await newTrial()];
    const experiment = await startTrial(tried);
    // Warms the caches of the isolate for both.
    for (const trial of [plain, tried]) await turn(trial, (await newSession(trial)).id);
    const measured = [];
    for (const trial of [plain, tried]) {
      const [first, second] = [
        await newSession(trial, { end_user_id: 'ada' }),
        await newSession(trial, { end_user_id: 'ada' }),
      ];
      measured.push([
        await turn(trial, first.id),
        await turn(trial, first.id),
        await turn(trial, second.id),
        await turn(trial, second.id),
      ]);
    }
    const [without = [], within = []] = measured;
    const told = JSON.stringify(measured);
    expect(
      within.map(({ trips }) => trips),
      told,
    ).toEqual(without.map(({ trips }) => trips));
    const written = within.map(
      ({ rows_written }, at) => rows_written - (without[at]?.rows_written ?? 0),
    );
    // The exposure, its key, and its entry among those that are to be counted.
    expect(written, told).toEqual([3, 0, 0, 0]);
    const read = within.map(({ rows_read }, at) => rows_read - (without[at]?.rows_read ?? 0));
    // Fixed numbers, however many subjects there are: a hot turn reads one row more.
    expect(read, told).toEqual([5, 1, 2, 1]);
    expect(await exposures(experiment.id)).toHaveLength(2);
  });
});

describe('a turn of an experiment under a fault of any round trip', () => {
  /** Sends the first message of a session with a fault, then the same request again without. */
  async function sendTwice(trial: Trial, fault: Fault | null) {
    const user = crypto.randomUUID();
    const { id } = await newSession(trial, { end_user_id: user });
    const { database, trips } = faulty(env.DB, fault);
    const send = () =>
      request('POST', `/api/v1/sessions/${id}/messages`, trial.workspace.key, {
        json: { message: 'Hello' },
        headers: { 'idempotency-key': user },
      });
    await rebindHost(id, { DB: database });
    const first = await send();
    const made = trips();
    await rebindHost(id, {});
    return { first, again: await send(), made };
  }

  it('exposes its end user once, and names the variant in the run that is stored (R56)', async () => {
    const trial = await newTrial();
    const experiment = await startTrial(trial);
    const expected = { id: experiment.id, variant: experiment.variants[1].id };
    const { made } = await sendTwice(trial, null);
    const faults = Array.from({ length: made }, (_, index) => index + 1).flatMap((at): Fault[] => [
      { at, mode: 'before' },
      { at, mode: 'after' },
    ]);
    expect(faults.length).toBeGreaterThan(3);
    for (const [index, fault] of faults.entries()) {
      const { first, again } = await sendTwice(trial, fault);
      const told = JSON.stringify({ fault, first: first.body });
      expect([200, 503], told).toContain(first.status);
      expect([again.status, again.body.run?.experiment], told).toEqual([200, expected]);
      if (first.status === 200) expect(first.body.run.experiment, told).toEqual(expected);
      expect(await exposures(experiment.id)).toHaveLength(index + 2);
    }
  });
});
