// npm run bench:ingestion: a bulk load of small documents into one base, through the production bundle on workerd without a
// proxy. Prints the CPU of workerd and the time per document at the start and at the end of the load, the cost of an upload,
// and how long a file of another base waited meanwhile. `--against FOLDER` interleaves it with another checkout and prints ratios.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Client, openClient } from '../scripts/client.ts';
import { readServerTiming } from './operations.ts';
import { openWorkspace, type Server, startServer } from './turn/server.ts';

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '5000' },
    parallel: { type: 'string', default: '4' },
    against: { type: 'string' },
    runs: { type: 'string', default: '3' },
  },
});
/** No provider is called. */
const nowhere = 'http://127.0.0.1:9';
const count = Number(flags.count);
const parallel = Number(flags.parallel);

/** Figures of one load; times in milliseconds. */
interface Figures {
  readonly total_ms: number;
  readonly ms: number;
  readonly cpu_ms: number;
  /** CPU per document in the last tenth of the load and in its first one. */
  readonly cpu_ms_last: number;
  readonly cpu_ms_first: number;
  readonly other_base_ms: number;
  readonly upload_trips: number;
  readonly upload_rows_read: number;
  readonly upload_rows_written: number;
}

const textOf = (index: number): string =>
  `# Document ${index}\n\nItem ${index * 7} is kept in room ${index % 97} of building ${index % 13}. It weighs ${index % 50} kg and was last seen by person ${index % 211}.\n\nIts colour is number ${index % 17}, and its owner calls it thing ${index}.`;

async function newBase(client: Client, name: string): Promise<string> {
  const base = await client.call<{ id: string }>('POST', '/knowledge-bases', { json: { name } });
  return base.id;
}

async function upload(client: Client, base: string, index: number) {
  const response = await client.send('POST', `/knowledge-bases/${base}/files`, {
    json: { name: `${index}.md`, text: textOf(index) },
  });
  const { data } = (await response.json()) as { data: { id: string }[] };
  return {
    id: data[0]?.id ?? '',
    cost: readServerTiming(response.headers.get('server-timing') ?? ''),
  };
}

/** Milliseconds until the file is ready. */
async function untilReady(client: Client, file: string): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { status } = await client.call<{ status: string }>('GET', `/files/${file}`);
    if (status === 'ready') return performance.now() - started;
    if (status === 'failed') throw new Error(`File ${file} failed.`);
    await wait(200);
  }
}

/** Uploads the documents [from, to) in parallel. Returns the last one. */
async function uploadAll(client: Client, base: string, from: number, to: number) {
  let next = from;
  let last = await upload(client, base, next++);
  const send = async () => {
    while (next < to) last = await upload(client, base, next++);
  };
  await Promise.all(Array.from({ length: parallel }, send));
  return last;
}

/** Waits until no file of the base is unfinished. */
async function untilAllReady(client: Client, base: string): Promise<void> {
  for (const status of ['queued', 'extracting', 'chunking', 'embedding', 'indexing'])
    for (;;) {
      const path = `/knowledge-bases/${base}/files?status=${status}&limit=1`;
      if ((await client.call<{ data: unknown[] }>('GET', path)).data.length === 0) break;
      await wait(200);
    }
}

async function measure(server: Server, client: Client): Promise<Figures> {
  const [base, other] = [await newBase(client, 'Bulk'), await newBase(client, 'Other')];
  await uploadAll(client, base, 0, 20);
  await untilAllReady(client, base);
  const tenth = Math.ceil(count / 10);
  const started = { ms: performance.now(), cpu: server.cpu_ms() };
  const slice = async (from: number, to: number) => {
    const before = server.cpu_ms();
    const { cost } = await uploadAll(client, base, from, to);
    await untilAllReady(client, base);
    return { cost, cpu: (server.cpu_ms() - before) / (to - from) };
  };
  const first = await slice(20, 20 + tenth);
  const rest = 20 + count - tenth;
  await uploadAll(client, base, 20 + tenth, rest);
  const other_base_ms = await untilReady(client, (await upload(client, other, count * 2)).id);
  await untilAllReady(client, base);
  const last = await slice(rest, rest + tenth);
  const total_ms = performance.now() - started.ms;
  return {
    total_ms,
    ms: total_ms / count,
    cpu_ms: (server.cpu_ms() - started.cpu) / count,
    cpu_ms_first: first.cpu,
    cpu_ms_last: last.cpu,
    other_base_ms,
    upload_trips: last.cost.trips,
    upload_rows_read: last.cost.rows_read,
    upload_rows_written: last.cost.rows_written,
  };
}

async function runHere(): Promise<Figures> {
  const server = await startServer({ provider: nowhere, root: process.cwd() });
  try {
    const { key } = await openWorkspace(server.url, nowhere);
    return await measure(server, openClient(server.url, key));
  } finally {
    await server.close();
  }
}

/** Runs the load with the Worker of a checkout: its bundle and migrations are those of the working directory. */
async function runIn(cwd: string): Promise<Figures> {
  const args = ['--count', flags.count, '--parallel', flags.parallel];
  const child = fork(fileURLToPath(import.meta.url), args, { cwd });
  const [[figures]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return figures as Figures;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function compare(against: string): Promise<void> {
  const [ours, theirs]: [Figures[], Figures[]] = [[], []];
  for (let run = 0; run < Number(flags.runs); run += 1) {
    theirs.push(await runIn(against));
    ours.push(await runIn(process.cwd()));
  }
  const names = Object.keys(ours[0] ?? {}) as (keyof Figures)[];
  const rows = names.map((name) => {
    const [here, there] = [ours, theirs].map((all) => median(all.map((one) => one[name])));
    return [name, { here, there, ratio: (here ?? 0) / (there ?? 0) }];
  });
  console.table(Object.fromEntries(rows));
}

if (flags.against !== undefined) await compare(flags.against);
else {
  const figures = await runHere();
  console.table(figures);
  process.send?.(figures);
}
process.disconnect?.();
