// npm run bench:check: fails if a turn costs more than 1.25 times the CPU it cost at the commit before, so that no commit
// makes turns slower unnoticed. Both commits run at the same time and alternate in short slices; ratios of CPU do not
// depend on the machine, and a busy machine only causes more slices. `BENCH_BASE` is the commit to compare with.
import { type Checkout, commitOf, git, here, openCheckout } from './turn/checkout.ts';
import { basic, nameOf, type Scenario } from './turn/scenario.ts';
import { cpuOfTurn, runSlice } from './turn/slice.ts';
import { formatSpread, ratiosOf, spreadOf, type Verdict, verdictOf } from './turn/statistics.ts';
import { type Subjects, startSubjects } from './turn/subjects.ts';

const limit = 1.25;
const turns = 100;
/** Time for one kind of turn. Only a machine that is far too busy for a verdict needs more. */
const maxTime_ms = 90_000;
/** Everything that determines the cost of a turn. */
const measured = ['src', 'migrations', 'package-lock.json', 'wrangler.toml'];

const base = process.env.BENCH_BASE ?? 'HEAD~1';
const commit = commitOf(base);
if (commit === null)
  console.log(`The cost of a turn is not compared: this clone does not contain ${base}.`);
else if (git('diff', '--quiet', commit, '--', ...measured) !== null)
  console.log(`The cost of a turn is that of ${commit}: neither sources nor packages differ.`);
else await compare(commit);

async function compare(before: string): Promise<void> {
  const checkout = openBase(before);
  if (checkout === null) return;
  try {
    const started = await startSubjects([checkout, here]);
    try {
      for (const scenario of basic)
        if ((await compareTurns(started, scenario)) === 'fail') process.exitCode = 1;
    } finally {
      await started.close();
    }
  } finally {
    checkout.close();
  }
}

/** Returns null and reports it if the packages of the commit cannot be installed: this commit is not at fault. */
function openBase(ref: string): Checkout | null {
  try {
    return openCheckout(ref);
  } catch (error) {
    console.log(`The cost of a turn is not compared: ${(error as Error).message}`);
    return null;
  }
}

/** Compares the CPU of one kind of turn until the verdict is clear or the time is over, and prints the verdict. */
async function compareTurns(started: Subjects, scenario: Scenario): Promise<Verdict> {
  const { helpers, subjects } = started;
  const costs: number[][] = subjects.map(() => []);
  const deadline = performance.now() + maxTime_ms;
  // An extra pair before the first warms up.
  for (let pair = -1; ; pair += 1) {
    for (const [index, { server, workspace }] of subjects.entries()) {
      const slice = await runSlice(helpers, server, scenario, workspace, { turns });
      if (pair >= 0) costs[index]?.push(cpuOfTurn(slice));
    }
    const [before = [], now = []] = costs;
    const verdict = verdictOf(now, before, limit);
    if (verdict === 'undecided' && performance.now() < deadline) continue;
    const ratio = formatSpread(spreadOf(ratiosOf(now, before)));
    const names = subjects.map(({ name }) => name).reverse();
    console.log(
      `${verdict}: ${nameOf(scenario)}, CPU a turn, ${names.join(' ÷ ')}: ${ratio} in ${now.length} pairs; limit ${limit}`,
    );
    return verdict;
  }
}
