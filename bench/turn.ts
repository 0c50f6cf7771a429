// npm run bench:turn: cost of a turn: the production bundle on workerd, without a proxy, against a provider on loopback;
// every turn authenticated, with version, history and host, persisted and metered. It alternates with a bare relay, which
// only forwards the provider's body; compare ratios, since the machine may be busy. Options: bench/README.md.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { printBilled } from './turn/billed.ts';
import { nameOf, type Scenario, scenarios } from './turn/scenario.ts';
import { cpuOfTurn, ratePerSecond, runSlice, type Slice } from './turn/slice.ts';
import { median } from './turn/statistics.ts';
import { checkoutsOf, placement, type Subjects, startSubjects } from './turn/subjects.ts';
import { printHead, printScenario, row } from './turn/table.ts';

const { values: flags } = parseArgs({
  options: {
    against: { type: 'string' },
    billed: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    slices: { type: 'string' },
    soak: { type: 'string' },
  },
});
const sliceCount = Number(flags.slices ?? (flags.full ? 5 : 3));
const checkouts = checkoutsOf(flags.against);
try {
  console.log(
    `Machine: ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} at the start; ${placement()}\n`,
  );
  if (flags.billed) await printBilled(checkouts, scenarios(flags.full, flags.only));
  else await measure();
} finally {
  for (const checkout of checkouts) checkout.close();
}

async function measure(): Promise<void> {
  const started = await startSubjects(checkouts);
  try {
    for (const { name, server } of started.subjects)
      console.log(`RSS at rest, ${name}: ${server.rss_mib().toFixed(0)} MiB`);
    console.log();
    if (flags.soak === undefined) await compareAll(started);
    else await soak(started, Number(flags.soak));
  } finally {
    await started.close();
  }
}

async function compareAll({ helpers, subjects }: Subjects): Promise<void> {
  const cpu = new Map<string, number>();
  printHead();
  for (const scenario of scenarios(flags.full, flags.only)) {
    const relayed: Slice[] = [];
    const series = subjects.map((subject) => ({ ...subject, slices: [] as Slice[] }));
    // An extra slice before the first warms up.
    for (let slice = -1; slice < sliceCount; slice += 1) {
      const [first] = series;
      if (first === undefined) break;
      const relay = await runSlice(helpers, first.server, scenario, null);
      if (slice >= 0) relayed.push(relay);
      for (const { server, workspace, slices } of series) {
        const measured = await runSlice(helpers, server, scenario, workspace);
        if (slice >= 0) slices.push(measured);
      }
    }
    for (const { name, slices } of series)
      cpu.set(`${nameOf(scenario)}, ${name}`, median(slices.map(cpuOfTurn)));
    const measured = series.map((one) => ({ ...one, rss_mib: one.server.rss_mib() }));
    printScenario(scenario, relayed, measured);
  }
  printFurtherTokens(cpu);
}

/** CPU of the workerd process per additional token, from scenarios that differ only in tokens. */
function printFurtherTokens(cpu: ReadonlyMap<string, number>): void {
  const rows = [...cpu].flatMap(([name, short]) => {
    const long = name.includes(' 20 tokens') && cpu.get(name.replace(' 20 tokens', ' 200 tokens'));
    return long ? [row([name, ((long - short) / 180).toFixed(4)])] : [];
  });
  if (rows.length === 0) return;
  console.log();
  printHead(['scenario', 'CPU ms for each further token']);
  console.log(rows.join('\n'));
}

/** Runs many turns of one kind, which reveals growing memory. */
async function soak({ helpers, subjects }: Subjects, turns: number): Promise<void> {
  const scenario: Scenario = { tokens: 20, delay_ms: 0, connections: 10, mode: 'stream' };
  const step = Math.min(2500, turns);
  printHead(['server', 'turns', 'RSS MiB', 'turns/s', 'CPU ms a turn']);
  for (let done = step; done <= turns; done += step) {
    for (const { name, server, workspace } of subjects) {
      const slice = await runSlice(helpers, server, scenario, workspace, { turns: step });
      const rss = server.rss_mib().toFixed(0);
      const figures = [ratePerSecond(slice).toFixed(0), cpuOfTurn(slice).toFixed(2)];
      console.log(row([name, String(done), rss, ...figures]));
    }
  }
}
