// npm run bench:exposures: cost of counting an experiment and of reading its results, by the number of stored exposures. --exposures N
// sets another largest number. Exits with 1 if results take more than one round trip, or more rows for more exposures.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { runWorker } from './workerd.ts';

const { values: flags } = parseArgs({
  options: { exposures: { type: 'string', default: '1000000' } },
});
const most = Number(flags.exposures);
const sizes = [most / 100, most / 10, most];
/** Exposures that are counted at each size, to compare what they cost. */
const more = 500;

interface Result {
  readonly trips: number;
  readonly rows_read: number;
  readonly rows_written: number;
  readonly exposures?: number;
}

const worker = await runWorker('bench/exposures-worker.ts', {
  ROOT_KEY: 'root-key-of-the-bench-0123456789',
});
const fetchJson = async (path: string) => JSON.parse(await worker.fetch(path)) as Result;

/** Runs a step. The time is that of the whole step on a possibly busy machine. */
async function timed(path: string): Promise<Result & { readonly seconds: number }> {
  const started = performance.now();
  const result = await fetchJson(path);
  return { ...result, seconds: (performance.now() - started) / 1000 };
}

try {
  console.log(`Machine: ${cpus().length} × ${cpus()[0]?.model}`);
  await fetchJson('/start');
  const rows: Record<string, number | string>[] = [];
  const read: Result[] = [];
  let stored = 0;
  for (const size of sizes) {
    await fetchJson(`/expose?from=${stored}&to=${size - more}`);
    const rest = size - more - stored;
    const counted = await timed('/count');
    await fetchJson(`/expose?from=${size - more}&to=${size}`);
    const last = await timed('/count');
    stored = size;
    await fetchJson('/results');
    const results = await timed('/results');
    read.push(results);
    if (results.exposures !== size)
      throw new Error(`${results.exposures} of ${size} exposures were counted.`);
    rows.push({
      exposures: size,
      'counted a second': Math.round(rest / counted.seconds),
      [`rows read for ${more} more`]: last.rows_read,
      'trips of results': results.trips,
      'rows read by results': results.rows_read,
      'results, ms': (results.seconds * 1000).toFixed(1),
    });
    console.log(`${size} exposures: counted in ${counted.seconds.toFixed(1)} s`);
  }
  console.table(rows);
  const [first] = read;
  if (read.some(({ trips, rows_read }) => trips !== 1 || rows_read !== first?.rows_read))
    throw new Error('Results must take one round trip, and the same rows for any number.');
} finally {
  await worker.close();
}
