// npm run bench:llm: cost of a metered, streamed model step compared to the provider package alone, the AI SDK's
// streamText, and no client. The variants alternate in one workerd, and only ratios within a turn are meaningful, since
// the machine may be busy. The provider is a separate process on loopback that answers at once.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playScript } from '../test/support/provider/client.ts';
import { runWorker, type Workerd } from './workerd.ts';

const turns = 7;
/** Calls of one variant per turn: enough to make clock ticks of 10 ms negligible. */
const sizes = [
  { tokens: 20, calls: 60 },
  { tokens: 200, calls: 20 },
];
const baseline = 'doStream';

interface Cost {
  readonly cpu_ms: number;
  readonly time_ms: number;
}

const provider = spawn(
  process.execPath,
  [fileURLToPath(new URL('../test/support/provider/server.ts', import.meta.url))],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const origin = await firstLine(provider);
const bindings = { ROOT_KEY: 'root-key-of-the-bench-0123456789', ALLOW_PRIVATE_NETWORK: 'true' };
const worker = await runWorker('bench/llm-worker.ts', bindings).catch((error: unknown) => {
  provider.kill();
  throw error;
});
try {
  console.log(
    `Machine: ${cpus().length} × ${cpus()[0]?.model}; medians of ${turns} turns, a call\n`,
  );
  console.log(
    '| tokens | way | CPU ms | time ms | CPU, ratio | time, ratio |\n| ---: | --- | ---: | ---: | ---: | ---: |',
  );
  for (const { tokens, calls } of sizes) await compare(worker, tokens, calls);
} finally {
  await worker.close();
  provider.kill();
}

async function compare(workerd: Workerd, tokens: number, calls: number): Promise<void> {
  const text = Array.from({ length: tokens }, (_, index) => ` word${index}`);
  const rounds = [{ text, usage: { input_tokens: 8, output_tokens: tokens } }];
  const { base_url } = await playScript({ rounds, repeat: true }, origin);
  const query = `?workspace=ws_${tokens}&base_url=${encodeURIComponent(base_url.compatible)}`;
  const ways: string[] = JSON.parse(await workerd.fetch(`/${query}`));
  const expected = text.join('').length * calls;
  const measured = new Map<string, Cost[]>(ways.map((way) => [way, []]));
  for (let turn = -1; turn < turns; turn += 1) {
    // The order rotates, so that no variant always follows the garbage of the same other.
    const order = ways.map(
      (_, index) => ways[(index + turn + ways.length) % ways.length] as string,
    );
    for (const way of order) {
      const cost = await measure(
        workerd,
        `/${query}&way=${way}&calls=${calls}`,
        calls,
        way === 'fetch' ? null : expected,
      );
      // An extra turn before the first warms up.
      if (turn >= 0) measured.get(way)?.push(cost);
    }
  }
  const base = measured.get(baseline) ?? [];
  for (const [way, costs] of measured) {
    const ratio = (field: keyof Cost) =>
      median(costs.map((cost, turn) => cost[field] / (base[turn]?.[field] ?? Number.NaN))).toFixed(
        2,
      );
    const middle = (field: keyof Cost) => median(costs.map((cost) => cost[field])).toFixed(2);
    console.log(
      `| ${tokens} | ${way} | ${middle('cpu_ms')} | ${middle('time_ms')} | ${ratio('cpu_ms')} | ${ratio('time_ms')} |`,
    );
  }
}

async function measure(
  workerd: Workerd,
  path: string,
  calls: number,
  expected: number | null,
): Promise<Cost> {
  const cpu = workerd.cpu_ms();
  const started = performance.now();
  const characters = Number(await workerd.fetch(path));
  const cost = {
    cpu_ms: (workerd.cpu_ms() - cpu) / calls,
    time_ms: (performance.now() - started) / calls,
  };
  if (expected !== null && characters !== expected)
    throw new Error(`${path}: ${characters} characters in place of ${expected}`);
  return cost;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The provider has no output.');
  const [line] = await once(stdout, 'data');
  return String(line).trim();
}
