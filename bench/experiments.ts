// npm run bench:experiments: simulates experiments and checks what docs/internals/statistics.md says of their statistics: how
// often they are wrong, and how soon they find something. Fails if a claim does not hold. `-- --experiments N` repeats
// less often than 2,000 times.
import { parseArgs } from 'node:util';
import type { Outcome } from './experiments/looks.ts';
import { plan } from './experiments/plan.ts';
import { Pool } from './experiments/pool.ts';
import { populations } from './experiments/populations.ts';
import { type Line, percent, printTable } from './experiments/table.ts';

type Name = keyof typeof populations;

const { values } = parseArgs({ options: { experiments: { type: 'string', default: '2000' } } });
const repetitions = Math.max(50, Number(values.experiments));
const started = performance.now();
const pool = new Pool();
try {
  await checkFalseAlarms();
  await checkLifts();
  await checkGuards();
  await checkSampleRatios();
} finally {
  await pool.close();
}
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`\n${repetitions} experiments a line, ${seconds} s`);

async function checkFalseAlarms(): Promise<void> {
  const lines: Line[] = [];
  for (const name of Object.keys(populations) as Name[]) {
    const exposures = name === 'latency' ? 2000 : 5000;
    const outcomes = await repeat(name, 0, exposures, 'difference');
    const called = shareOf(outcomes, 'ended');
    lines.push({
      text: populations[name].name,
      figures: [exposures, percent(called), percent(shareOf(outcomes, 'byTTest'))],
      holds: called <= 0.05,
    });
  }
  printTable(
    'No difference, a look after every 50 exposures: a difference was ever called (at most 5 %)',
    ['exposures', 'called', 't-test'],
    lines,
  );
}

async function checkLifts(): Promise<void> {
  const lines: Line[] = [];
  for (const [name, lift] of [
    ['proportion', 0.2],
    ['success', 0.2],
    ['adjusted', 0.2],
    ['latency', 0.2],
  ] as const) {
    const isProportional = name === 'adjusted' || name === 'latency';
    const { total, fixed } = plan(name, lift, isProportional ? (1 + lift) ** 2 : 1);
    const outcomes = await repeat(name, lift, total, 'difference');
    const found = shareOf(outcomes, 'ended');
    lines.push({
      text: `${populations[name].name}: ${percent(lift)}`,
      figures: [total, 2 * fixed, percent(found), medianOf(outcomes)],
      holds: found >= 0.8,
    });
  }
  printTable(
    'A lift is found within the required sample (at least 80 %); 20 % of a success of 50 % are 10 points',
    ['required', 'one look', 'found', 'median'],
    lines,
  );
}

async function checkGuards(): Promise<void> {
  const lines: Line[] = [];
  for (const name of ['cost', 'costPerMessage'] as const) {
    // Harm is what exceeds the tolerated tenth. Twice the cost has four times the variance.
    const { total } = plan(name, 0.9, 4);
    const outcomes = await repeat(name, 1, total, 'harm');
    const stopped = shareOf(outcomes, 'ended');
    lines.push({
      text: populations[name].name,
      figures: [total, percent(stopped), medianOf(outcomes)],
      holds: stopped >= 0.8,
    });
  }
  printTable(
    'A guard stops a variant that doubles cost within the stated traffic (at least 80 %)',
    ['stated', 'stopped', 'median'],
    lines,
  );
}

async function checkSampleRatios(): Promise<void> {
  const lines: Line[] = [];
  for (const [share, exposures] of [
    [0.5, 20_000],
    [0.52, 15_000],
    [0.48, 15_000],
    [0.55, 2500],
  ] as const) {
    const outcomes = await pool.repeat({ kind: 'sample-ratio', share, exposures }, repetitions);
    const found = shareOf(outcomes, 'ended');
    lines.push({
      text: `variant with ${percent(share)} of the users instead of half`,
      figures: [exposures, percent(found), found < 0.5 ? '' : medianOf(outcomes)],
      holds: share === 0.5 ? found <= 0.01 : found >= 0.8,
    });
  }
  printTable(
    'Sample ratios: alarms without a fault (at most 1 %) and with one (at least 80 %)',
    ['exposures', 'reported', 'median'],
    lines,
  );
}

function repeat(
  population: Name,
  lift: number,
  exposures: number,
  ends: 'difference' | 'harm',
): Promise<Outcome[]> {
  const measure = population === 'latency' ? 'quantile' : 'ratio';
  const trial = { lift, exposures, measure, ends } as const;
  return pool.repeat({ kind: 'trial', population, trial }, repetitions);
}

function shareOf(outcomes: readonly Outcome[], end: keyof Outcome): number {
  return outcomes.filter((outcome) => outcome[end] !== null).length / outcomes.length;
}

function medianOf(outcomes: readonly Outcome[]): number {
  const ended = outcomes
    .map(({ ended }) => ended ?? Number.POSITIVE_INFINITY)
    .sort((a, b) => a - b);
  return ended[Math.floor(ended.length / 2)] ?? Number.NaN;
}
