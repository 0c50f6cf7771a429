import { setTimeout as wait } from 'node:timers/promises';
import type { Checkout } from './checkout.ts';
import type { Helpers } from './helpers.ts';
import { nameOf, type Scenario } from './scenario.ts';
import type { ServerOptions } from './server.ts';
import { cpuOfTurn, runSlice } from './slice.ts';
import { median } from './statistics.ts';
import { type Subject, type Subjects, startSubjects } from './subjects.ts';
import { printHead, row } from './table.ts';

/** The keys of `counting-worker.js`. */
const units = {
  requests: 'requests',
  d1_trips: 'D1 round trips',
  d1_rows_read: 'D1 rows read',
  d1_rows_written: 'D1 rows written',
  object_requests: 'object requests',
  object_storage_writes: 'object storage writes',
  object_ms: 'object ms active',
  queue_messages: 'queue messages',
} as const;
type Counts = Readonly<Record<keyof typeof units, number>>;

/** Messages wait up to a second for others of their batch. */
const queueDelay_ms = 2500;

/**
 * Prints what Cloudflare bills for a turn, and how its CPU is divided: the process of the Worker without the emulation of D1
 * comes close to the CPU of the isolate, which is billed; the process of D1 exists only locally.
 */
export async function printBilled(
  checkouts: readonly Checkout[],
  scenarios: readonly Scenario[],
): Promise<void> {
  printHead(['billed units a turn', ...Object.values(units)]);
  await forEachTurn(checkouts, 'counted', scenarios, async ({ helpers }, subject, scenario) => {
    const counts = await countTurns(helpers, subject, scenario);
    return Object.keys(units).map((key) => counts[key as keyof Counts].toFixed(2));
  });
  console.log();
  printHead(['CPU ms a turn', 'Worker without D1', 'emulation of D1', 'relay']);
  await forEachTurn(checkouts, 'apart', scenarios, splitTurns);
}

/** Prints a row of cells for each scenario and each checkout. */
async function forEachTurn(
  checkouts: readonly Checkout[],
  variant: ServerOptions['variant'],
  scenarios: readonly Scenario[],
  cellsOf: (started: Subjects, subject: Subject, scenario: Scenario) => Promise<string[]>,
): Promise<void> {
  const started = await startSubjects(checkouts, variant);
  try {
    for (const scenario of scenarios)
      for (const subject of started.subjects) {
        const cells = await cellsOf(started, subject, scenario);
        console.log(row([`${nameOf(scenario)}, ${subject.name}`, ...cells]));
      }
  } finally {
    await started.close();
  }
}

/** Returns the mean of each unit over the turns of one slice, without the creation of its sessions. */
async function countTurns(
  helpers: Helpers,
  { server, workspace }: Subject,
  scenario: Scenario,
): Promise<Counts> {
  const read = async () => {
    await wait(queueDelay_ms);
    return (await (await fetch(`${server.url}/bench-counts`)).json()) as Counts;
  };
  let before: Counts | null = null;
  let after: Counts | null = null;
  const slice = await runSlice(helpers, server, scenario, workspace, {
    start: async () => {
      before = await read();
    },
    end: async () => {
      after = await read();
    },
  });
  const mean = (key: keyof Counts) =>
    ((after?.[key] ?? Number.NaN) - (before?.[key] ?? 0)) / slice.end.length;
  return Object.fromEntries(
    Object.keys(units).map((key) => [key, mean(key as keyof Counts)]),
  ) as Counts;
}

const splitSlices = 3;

/** Returns medians of the CPU of both processes and of the relay. A slice before the first warms up. */
async function splitTurns(
  { helpers }: Subjects,
  { server, workspace }: Subject,
  scenario: Scenario,
): Promise<string[]> {
  const cpu: [number, number, number][] = [];
  for (let index = -1; index < splitSlices; index += 1) {
    let database_ms = 0;
    const slice = await runSlice(helpers, server, scenario, workspace, {
      start: async () => {
        database_ms -= server.database?.cpu_ms() ?? 0;
      },
      end: async () => {
        database_ms += server.database?.cpu_ms() ?? 0;
      },
    });
    const relay = await runSlice(helpers, server, scenario, null);
    if (index >= 0) cpu.push([cpuOfTurn(slice), database_ms / slice.end.length, cpuOfTurn(relay)]);
  }
  return [0, 1, 2].map((at) => median(cpu.map((of) => of[at] ?? Number.NaN)).toFixed(2));
}
