import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Line, newLine } from '../support/channels/lines.ts';
import { type Fault, faulty, unreliable } from '../support/faulty.ts';
import { countRows } from '../support/rows.ts';

const file = { name: 'invoice.txt', type: 'text/plain', body: 'One grinder, 89 EUR.' };
const message = { order: 1, text: 'Look', files: [file] };
const newMailbox = () => newLine('email', [{ text: ['Read.'] }], {});

/** The whole way of one message, with a fault in the request or in the job. Returns the places of faults. */
async function deliver(fault: { in: 'request' | 'job'; fault: Fault | null }) {
  const line = await newMailbox();
  const { database, faults } = faulty(env.DB, fault.fault);
  const bindings = { DB: database };
  const status = await line.say(message, fault.in === 'request' ? { bindings } : {});
  // The service repeats what was not accepted.
  if (status !== 200) expect(await line.say(message)).toBe(200);
  await line.run(fault.in === 'job' ? bindings : {});
  const places = faults();
  await line.settle();
  await line.tick();
  await line.settle();
  return { line, places };
}

async function expectAnswered(line: Line, where: string) {
  const deliveries = await line.deliveries();
  expect(deliveries, where).toEqual([
    expect.objectContaining({ status: 'succeeded', notice: null }),
  ]);
  const shown = await line.shown();
  expect(new Set(shown), where).toEqual(new Set(['Read.']));
  // An answer whose acceptance was not recorded is sent again, which the delivery shows.
  expect(shown.length, where).toBeLessThanOrEqual(deliveries[0].attempts);
  expect(await countRows('runs', line.workspace.id), where).toBe(1);
  expect(await line.sessions(), where).toMatchObject([{ message_count: 2 }]);
  await line.hoursLater();
  expect(await line.objects(), where).toEqual([]);
}

describe('a message of a channel', () => {
  it.each(['request', 'job'] as const)(
    'is answered whatever statement of its %s is lost',
    async (place) => {
      const { line, places } = await deliver({ in: place, fault: null });
      await expectAnswered(line, 'no fault');
      expect(places.length).toBeGreaterThan(4);
      for (const fault of places) {
        const { line: faulted } = await deliver({ in: place, fault });
        await expectAnswered(faulted, JSON.stringify(fault));
      }
    },
  );

  it('is answered after whatever statement its process dies', async () => {
    const counted = faulty(env.DB, null);
    const line = await newMailbox();
    await line.say(message);
    await line.run({ DB: counted.database });
    expect(counted.trips()).toBeGreaterThan(8);
    for (let at = 1; at <= counted.trips(); at += 1) {
      const mortal = await newMailbox();
      await mortal.say(message);
      const gate = async () => undefined;
      await mortal.run({ DB: unreliable(env.DB, { at, dies: 'after', gate }) });
      for (let minute = 0; minute < 2; minute += 1) {
        await mortal.tick();
        await mortal.settle();
      }
      await expectAnswered(mortal, `after ${at}`);
    }
  });
});
