// npm run bench:turn: cost of a turn: the production bundle on workerd, without a proxy, against a provider on loopback;
// every turn authenticated, with version, history and host, persisted and metered. It alternates with a bare relay in the
// same workerd, which only forwards the provider's body; compare ratios, since the machine may be busy.
// --full runs the whole matrix (about 10 min), --soak N runs N turns of one kind, to observe the memory.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Load, Measured } from './turn/load.ts';
import { openWorkspace, startServer, type Workspace } from './turn/server.ts';

const { values: flags } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    soak: { type: 'string' },
    only: { type: 'string' },
    slices: { type: 'string' },
  },
});

interface Scenario {
  readonly tokens: number;
  /** Milliseconds until the first output of the provider. */
  readonly delay_ms: number;
  readonly connections: number;
  readonly mode: 'stream' | 'json';
  /** True sends each token in a separate packet. */
  readonly isPaced?: boolean;
}

interface Slice extends Measured {
  readonly cpu_ms: number;
}

/** Turns per session, interleaved with other sessions; the first one is cold. */
const turnsOfSession = 10;
const sliceCount = Number(flags.slices ?? (flags.full ? 5 : 2));
const nameOf = ({ tokens, delay_ms, connections, mode, isPaced }: Scenario) =>
  `${mode} ${tokens} tokens${isPaced ? ', a packet each' : ''}, ${delay_ms} ms, ${connections} connections`;

const provider = spawn(
  process.execPath,
  [fileURLToPath(new URL('./turn/provider.ts', import.meta.url))],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const load = fork(fileURLToPath(new URL('./turn/load.ts', import.meta.url)));
const origin = String(
  (await once(provider.stdout as NonNullable<ChildProcess['stdout']>, 'data'))[0],
).trim();
const server = await startServer(origin).catch((error: unknown) => {
  provider.kill();
  load.kill();
  throw error;
});
try {
  const workspace = await openWorkspace(server.url, origin);
  console.log(
    `Machine: ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} at the start\n`,
  );
  if (flags.soak === undefined) await compareAll(workspace);
  else await soak(workspace, Number(flags.soak));
} finally {
  await server.close();
  provider.kill();
  load.kill();
}

function scenarios(): Scenario[] {
  const quick: Scenario[] = [
    { tokens: 20, delay_ms: 0, connections: 10, mode: 'stream' },
    { tokens: 200, delay_ms: 0, connections: 10, mode: 'stream' },
    { tokens: 20, delay_ms: 0, connections: 10, mode: 'json' },
    { tokens: 200, delay_ms: 0, connections: 10, mode: 'json' },
    { tokens: 20, delay_ms: 0, connections: 10, mode: 'stream', isPaced: true },
    { tokens: 200, delay_ms: 0, connections: 10, mode: 'stream', isPaced: true },
    { tokens: 20, delay_ms: 50, connections: 1, mode: 'stream' },
  ];
  const all = [1, 10, 50].flatMap((connections) =>
    (['stream', 'json'] as const).flatMap((mode) =>
      [0, 50].flatMap((delay_ms) =>
        [20, 200].map((tokens): Scenario => ({ tokens, delay_ms, connections, mode })),
      ),
    ),
  );
  const chosen = flags.full ? [...all, ...quick.filter(({ isPaced }) => isPaced)] : quick;
  return chosen.filter((scenario) => nameOf(scenario).includes(flags.only ?? ''));
}

async function compareAll(workspace: Workspace): Promise<void> {
  console.log(
    '| scenario | turns/s | relay | ratio | CPU ms a turn | relay | first p50 | p99 | relay p50 | end p50 | p99 | RSS MiB |',
  );
  console.log(
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  const cpu = new Map<string, number>();
  for (const scenario of scenarios()) {
    const ours: Slice[] = [];
    const relayed: Slice[] = [];
    // An extra slice before the first warms up.
    for (let slice = -1; slice < sliceCount; slice += 1) {
      const measured = {
        relay: await runSlice(server.relay_url, scenario, null),
        turn: await runSlice(server.url, scenario, workspace),
      };
      if (slice < 0) continue;
      ours.push(measured.turn);
      relayed.push(measured.relay);
    }
    cpu.set(nameOf(scenario), median(ours.map(cpuOfTurn)));
    printRow(scenario, ours, relayed);
  }
  printFurtherTokens(cpu);
}

/** CPU of the workerd process per additional token, from scenarios that differ only in tokens. */
function printFurtherTokens(cpu: ReadonlyMap<string, number>): void {
  console.log('\n| CPU ms for each further token | |\n| --- | ---: |');
  for (const [name, short] of cpu) {
    const long = cpu.get(name.replace(' 20 tokens', ' 200 tokens'));
    if (long !== undefined && name.includes(' 20 tokens'))
      console.log(`| ${name} | ${((long - short) / 180).toFixed(4)} |`);
  }
}

function printRow(scenario: Scenario, ours: readonly Slice[], relayed: readonly Slice[]): void {
  const rate = median(ours.map(ratePerSecond));
  const relay = median(relayed.map(ratePerSecond));
  const ratio = median(
    ours.map((slice, index) => ratePerSecond(slice) / ratePerSecond(relayed[index] as Slice)),
  );
  const times = (slices: readonly Slice[], field: 'first' | 'end', share: number) =>
    quantile(
      slices.flatMap((slice) => slice[field]),
      share,
    ).toFixed(1);
  const cells = [
    nameOf(scenario),
    ...[rate.toFixed(0), relay.toFixed(0), ratio.toFixed(3)],
    ...[median(ours.map(cpuOfTurn)).toFixed(2), median(relayed.map(cpuOfTurn)).toFixed(2)],
    ...[times(ours, 'first', 0.5), times(ours, 'first', 0.99), times(relayed, 'first', 0.5)],
    ...[times(ours, 'end', 0.5), times(ours, 'end', 0.99), server.rss_mib().toFixed(0)],
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** Runs many turns of one kind, which reveals growing memory. */
async function soak(workspace: Workspace, turns: number): Promise<void> {
  const scenario: Scenario = { tokens: 20, delay_ms: 0, connections: 10, mode: 'stream' };
  console.log('| turns | RSS MiB | turns/s | CPU ms a turn |\n| ---: | ---: | ---: | ---: |');
  console.log(`| 0 | ${server.rss_mib().toFixed(0)} | | |`);
  const step = Math.min(2500, turns);
  for (let done = 0; done < turns; done += step) {
    const slice = await runSlice(server.url, scenario, workspace, step);
    console.log(
      `| ${done + step} | ${server.rss_mib().toFixed(0)} | ${ratePerSecond(slice).toFixed(0)} | ${cpuOfTurn(slice).toFixed(2)} |`,
    );
  }
}

/** Runs one kind of turn for some seconds on new sessions; without a workspace, on the relay. */
async function runSlice(
  url: string,
  scenario: Scenario,
  workspace: Workspace | null,
  turns = turnsOf(scenario),
): Promise<Slice> {
  const { tokens, delay_ms, connections, mode, isPaced } = scenario;
  const script = `t${tokens}-d${delay_ms}${isPaced ? '-paced' : ''}`;
  const perLane = Math.ceil(turns / connections / turnsOfSession);
  const sessions = (await workspace?.openSessions(script, perLane * connections)) ?? [];
  const lanes = Array.from({ length: connections }, (_, lane) => {
    const own = sessions
      .slice(lane * perLane, (lane + 1) * perLane)
      .map((id) => `/api/v1/sessions/${id}/messages`);
    const round = workspace === null ? Array.from({ length: perLane }, () => '/') : own;
    return Array.from({ length: turnsOfSession }, () => round).flat();
  });
  const cpu = server.cpu_ms();
  const measured = await send({ url, lanes, ...requestOf(workspace, script, mode) });
  const slice = { ...measured, cpu_ms: server.cpu_ms() - cpu };
  if (workspace !== null) await checkStored(sessions, tokens, slice.end.length);
  return slice;
}

/** Runs the load for some seconds. */
function turnsOf({ connections, tokens }: Scenario): number {
  if (connections === 1 || tokens > 20) return 100;
  return connections > 10 ? 500 : 300;
}

function requestOf(
  workspace: Workspace | null,
  script: string,
  mode: Scenario['mode'],
): Pick<Load, 'headers' | 'body' | 'first' | 'last'> {
  const headers = {
    'content-type': 'application/json',
    accept: mode === 'json' ? 'application/json' : 'text/event-stream',
  };
  if (workspace === null) {
    const body = JSON.stringify({
      model: script,
      stream: true,
      messages: [{ role: 'user', content: 'How does it work?' }],
    });
    return { headers, body, first: 'word0', last: '[DONE]' };
  }
  const authorized = { ...headers, authorization: `Bearer ${workspace.key}` };
  const last = mode === 'json' ? '"status":"completed"' : '[DONE]';
  return {
    headers: authorized,
    body: JSON.stringify({ message: 'How does it work?' }),
    first: 'word0',
    last,
  };
}

async function send(work: Load): Promise<Measured> {
  load.send(work);
  const [answer] = (await once(load, 'message')) as [{ measured?: Measured; error?: string }];
  if (answer.measured === undefined) throw new Error(answer.error);
  return answer.measured;
}

/** Verifies that every answered turn has a complete answer and one usage row with its tokens. */
async function checkStored(
  sessions: readonly string[],
  tokens: number,
  turns: number,
): Promise<void> {
  const db = await server.miniflare.getD1Database('DB');
  const ids = JSON.stringify(sessions);
  const sql = `select
    (select count(*) from messages where session_id in (select value from json_each(?1)) and role = 'assistant' and text glob '*word' || ?2) answers,
    (select count(*) from usage where session_id in (select value from json_each(?1)) and operation = 'answer' and output_tokens = ?3) calls`;
  const stored = await db
    .prepare(sql)
    .bind(ids, String(tokens - 1), tokens)
    .first<{ answers: number; calls: number }>();
  if (stored?.answers !== turns || stored.calls !== turns)
    throw new Error(`Of ${turns} turns there is ${JSON.stringify(stored)}.`);
}

function ratePerSecond({ end, time_ms }: Slice): number {
  return (end.length / time_ms) * 1000;
}

function cpuOfTurn({ end, cpu_ms }: Slice): number {
  return cpu_ms / end.length;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
