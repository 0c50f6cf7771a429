// npm run bench:analytics: cost of analytics in D1, relative to the stored rows. Two workspaces in one workerd, with
// 1,000,000 and 100,000 generated model calls of 50 agents in 90 days. --rows N sets another size.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runWorker } from './workerd.ts';

const { values: flags } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const many = Number(flags.rows);
const few = many / 10;
const maxRows = 2500;

const worker = await runWorker('bench/analytics-worker.ts', {
  ROOT_KEY: 'root-key-of-the-bench-0123456789',
});

type Result = Readonly<Record<string, number>>;
const table: Record<string, Record<string, number | string>> = {};

/** Runs a step and records its figures. The time is that of the whole step on a possibly busy machine. */
async function measure(name: string, path: string): Promise<Result> {
  const started = performance.now();
  const result = JSON.parse(await worker.fetch(path)) as Result;
  const { trips = 0, rows_read = 0, rows_written = 0, ...rest } = result;
  const shown = Object.entries(rest).map(([key, value]) => `${key} ${value}`);
  table[name] = {
    'time, s': ((performance.now() - started) / 1000).toFixed(2),
    trips,
    'rows read': rows_read,
    'rows written': rows_written,
    result: shown.join(', '),
  };
  console.log(`${name}: ${table[name]?.['time, s']} s`);
  return result;
}

const perRow = (one: Result, other: Result, key: string) =>
  ((one[key] ?? 0) / (other[key] ?? 1)).toFixed(2);

try {
  console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model}\n`);
  for (const [workspace, rows] of [
    ['big', many],
    ['small', few],
  ] as const) {
    await measure(`${workspace}: insert`, `/seed/${workspace}?rows=${rows}`);
    await measure(`${workspace}: roll up all of it`, `/roll/${workspace}`);
  }
  const ask = (workspace: string, what: string, query: string) =>
    measure(`${workspace}: 90 days by day, ${what}`, `/analytics/${workspace}?${query}`);
  await worker.fetch('/analytics/big?agent=agent_8');
  const big = await ask('big', 'an agent', 'agent=agent_8');
  const small = await ask('small', 'an agent', 'agent=agent_8');
  const kolkata = await ask(
    'big',
    'an agent, Asia/Kolkata',
    'agent=agent_8&time_zone=Asia/Kolkata',
  );
  const workspace = await ask('big', 'the workspace', '');
  const raw = await measure('big: the same by summing calls', '/raw/big?agent=agent_8');
  const month = await measure('big: archive a month', '/archive/big');
  const after = await ask('big', 'an agent, archived', 'agent=agent_8');
  await measure('big: 50,000 calls in an hour', '/burst/big?rows=50000');
  const tick = await measure('big: the tick after it', '/roll/big?later=1');
  console.table(table);
  console.log(
    `rows read for an agent, ${many} rows stored : ${few} rows stored   ${perRow(big, small, 'rows_read')}`,
  );
  console.log(
    `rows read by summing calls : by rollups                ${perRow(raw, big, 'rows_read')}`,
  );
  console.log(
    `rows read by the tick, for each call and run           ${((tick.rows_read ?? 0) / 62_500).toFixed(2)}`,
  );
  console.log(
    `calls archived and deleted, bytes per call             ${month.rows}, ${((month.bytes ?? 0) / (month.rows ?? 1)).toFixed(1)}`,
  );
  const same = ['runs', 'calls', 'users'].every((key) => big[key] === after[key]);
  console.log(`an agent's figures are the same after the archive      ${same}`);
  const figures = { big, small, kolkata, workspace, after };
  for (const [name, { trips = 0, rows_read = 0 }] of Object.entries(figures)) {
    if (trips !== 1 || rows_read > maxRows)
      throw new Error(
        `${name} took ${trips} trips and ${rows_read} rows; 1 and ${maxRows} are allowed.`,
      );
  }
} finally {
  await worker.close();
}
