// npm run bench:code: what the sandboxes for code cost, compared to a call of the same function in the Worker itself. The ways
// alternate in one workerd, and only ratios within a turn are meaningful, since the machine may be busy.
import { cpus } from 'node:os';
import { runWorker } from './workerd.ts';

const turns = 5;
const ways = ['function', 'worker_loader', 'quickjs'] as const;
/** Inputs that take the plain function about a tenth of a second, so that the clock of 1 ms is exact enough. */
const sizes: Readonly<Record<string, Readonly<Record<(typeof ways)[number], number>>>> = {
  loop: { function: 1e8, worker_loader: 1e8, quickjs: 2e6 },
  calls: { function: 32, worker_loader: 32, quickjs: 24 },
  sort: { function: 300_000, worker_loader: 300_000, quickjs: 30_000 },
  text: { function: 300_000, worker_loader: 300_000, quickjs: 30_000 },
};
/** How much more work the larger input is, for a ratio of the same work. */
const scaleOf = (task: string, input: number): number =>
  task === 'calls' ? 1.618034 ** input : task === 'sort' ? input * Math.log2(input) : input;

const worker = await runWorker('bench/code-worker.ts', {}, { LOADER: {} });
const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ask = async (task: string, way: string, input: number, count: number) =>
  Number(await worker.fetch(`/?task=${task}&way=${way}&input=${input}&count=${count}`));

try {
  console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model}\n`);
  const starts = new Map<string, number[]>(ways.map((way) => [way, []]));
  const ratios = new Map<string, number[]>();
  for (let turn = 0; turn < turns; turn += 1) {
    for (const way of ways) starts.get(way)?.push(await ask('nothing', way, 0, 20));
    for (const [task, inputs] of Object.entries(sizes)) {
      const costs = new Map<string, number>();
      for (const way of ways)
        costs.set(way, (await ask(task, way, inputs[way], 1)) / scaleOf(task, inputs[way]));
      for (const way of ways.slice(1)) {
        const ratio = (costs.get(way) ?? Number.NaN) / (costs.get('function') ?? Number.NaN);
        ratios.set(`${task}:${way}`, [...(ratios.get(`${task}:${way}`) ?? []), ratio]);
      }
    }
  }
  console.log('| a run of `return 1` | ms |\n| --- | ---: |');
  for (const [way, values] of starts) console.log(`| ${way} | ${median(values).toFixed(1)} |`);
  console.log(
    '\n| work, as a multiple of the plain function | worker_loader | quickjs |\n| --- | ---: | ---: |',
  );
  for (const task of Object.keys(sizes)) {
    const [loader, quickjs] = ways
      .slice(1)
      .map((way) => median(ratios.get(`${task}:${way}`) ?? []).toFixed(1));
    console.log(`| ${task} | ${loader} | ${quickjs} |`);
  }
} finally {
  await worker.close();
}
