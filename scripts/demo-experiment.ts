// npm run demo -- --experiment: two versions, users who rate their answers, and a recommendation that may be looked at any time.
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from './client.ts';
import {
  betterInstruction,
  decideCoffee,
  type SimulatedUser,
  simulateUsers,
} from './demo-experiment-users.ts';
import { startPeer } from './demo-peer.ts';
import { step } from './demo-print.ts';
import { chooseModel, priceStandIn } from './demo-provider.ts';

const seed = 11;
const usersAtATime = 8;
const usersBetweenLooks = 40;
/** As many as find a difference of this size with any allotment of the users; further ones would only take time. */
const maxUsers = 200;
/** Facts are counted some 15 seconds after their time. Results that are counted later than this are not waited for. */
const countedWithinMs = 60_000;

interface Metric {
  readonly metric: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly versus_control: {
    readonly difference: number;
    readonly low: number | null;
    readonly high: number | null;
  } | null;
}

interface Variant {
  readonly id: string;
  readonly name: string;
  readonly exposures: number;
  readonly subjects: number;
  readonly probability_best: number | null;
  readonly metrics: readonly Metric[];
}

interface Results {
  readonly summary: string;
  readonly variants: readonly Variant[];
  readonly recommendation: {
    readonly action: string;
    readonly variant_id: string | null;
    readonly reason: string;
  };
}

/** Throws if the better version is not recommended, promoted and used. Removes everything that it created on the server. */
export async function demonstrateExperiment(client: Client, signal: AbortSignal): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    step('Starting a simulated model');
    const peer = await startPeer(decideCoffee);
    undo.push(() => peer.stop());
    const model = await chooseModel(client, peer, null);
    undo.push(() => model.restore());
    console.log(`  ${model.description}`);
    const price = await priceStandIn(client);
    undo.push(() => price.restore());

    const agent_id = await createVersions(client, model.name);
    undo.push(() => client.call('DELETE', `/agents/${agent_id}`));
    const experiment_id = await startExperiment(client, agent_id);

    step(`Simulated users ask and rate; the results after each ${usersBetweenLooks} of them`);
    const started = performance.now();
    const results = await runUntilDecided(client, agent_id, experiment_id, signal);
    const seconds = (performance.now() - started) / 1000;
    printResults(results, seconds);
    await promote(client, agent_id, experiment_id, results);
  } finally {
    for (const one of undo.reverse())
      await one().catch((error: Error) => signal.aborted || console.error(`  ${error.message}`));
  }
}

async function createVersions(client: Client, model: string): Promise<string> {
  step('Creating an agent with two versions');
  const instructions = 'You advise the customers of a roastery.';
  const { id } = await client.call<{ id: string }>('POST', '/agents', {
    json: { name: 'Roastery demo', config: { instructions, model, knowledge: { base_ids: [] } } },
    idempotencyKey: crypto.randomUUID(),
  });
  await client.call('POST', `/agents/${id}/versions`, {
    json: { config: { instructions: `${instructions} ${betterInstruction}` } },
    idempotencyKey: crypto.randomUUID(),
  });
  console.log(`  version 1: ${instructions}\n  version 2: … ${betterInstruction}`);
  return id;
}

async function startExperiment(client: Client, agent_id: string): Promise<string> {
  step('Starting an experiment: half of the users get version 2');
  const { id } = await client.call<{ id: string }>('POST', `/agents/${agent_id}/experiments`, {
    json: {
      name: 'Prices in the answer',
      hypothesis: 'Customers rate answers better that name a price and an alternative.',
      primary_metric: { metric: 'feedback_score', minimum_effect: 0.1 },
      guard_metrics: [{ metric: 'error_rate', minimum_effect: 0.1 }],
      settings: { minimum_subjects: 40 },
      variants: [
        { name: 'A', version: 1, weight: 50, is_control: true },
        { name: 'B', version: 2, weight: 50 },
      ],
    },
    idempotencyKey: crypto.randomUUID(),
  });
  await client.call('POST', `/experiments/${id}/start`, { idempotencyKey: crypto.randomUUID() });
  console.log(`  ${id}, metric: share of good ratings, guard: errors`);
  return id;
}

async function runUntilDecided(
  client: Client,
  agent_id: string,
  experiment_id: string,
  signal: AbortSignal,
): Promise<Results> {
  const users = simulateUsers(seed);
  const look = () => client.call<Results>('GET', `/experiments/${experiment_id}/results`);
  for (let count = usersBetweenLooks; count <= maxUsers; count += usersBetweenLooks) {
    const group = Array.from({ length: usersBetweenLooks }, () => users.next().value);
    await Promise.all(
      Array.from({ length: usersAtATime }, async () => {
        for (let user = group.pop(); user !== undefined; user = group.pop()) {
          signal.throwIfAborted();
          await visit(client, agent_id, user);
        }
      }),
    );
    const results = await look();
    printLook(count, results);
    if (isDecided(results)) return results;
  }
  const until = Date.now() + countedWithinMs;
  for (let counted = 0; ; ) {
    const results = await look();
    const isLast = isDecided(results) || Date.now() > until;
    const subjects = results.variants.reduce((sum, variant) => sum + variant.subjects, 0);
    if (isLast || subjects > counted) printLook(null, results);
    if (isLast) return results;
    counted = subjects;
    await wait(1000, undefined, { signal });
  }
}

const isDecided = ({ recommendation }: Results) => recommendation.action !== 'keep_running';

async function visit(client: Client, agent_id: string, user: SimulatedUser): Promise<void> {
  const session = await client.call<{ id: string }>('POST', `/agents/${agent_id}/sessions`, {
    json: { end_user_id: user.id },
  });
  for (const message of user.questions) {
    const answer = await ask(client, session.id, message);
    const rating = user.rate(answer.text);
    if (rating !== null)
      await client.call('PUT', `/messages/${answer.id}/feedback`, { json: { rating } });
  }
}

const ask = (client: Client, session_id: string, message: string) =>
  client.call<{ id: string; text: string; run_id: string }>(
    'POST',
    `/sessions/${session_id}/messages`,
    { json: { message } },
  );

const share = (value: number | null) => (value === null ? '–' : `${(value * 100).toFixed(1)} %`);
/** The intervals of a share may reach beyond what it can be. */
const atLeast0 = (value: number | null | undefined) => (value == null ? null : Math.max(0, value));
const atMost1 = (value: number | null | undefined) => (value == null ? null : Math.min(1, value));
const points = (value: number | null) =>
  value === null ? '–' : `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)}`;
const primaryOf = ({ metrics }: Variant) =>
  metrics.find(({ metric }) => metric === 'feedback_score');

/** Prints the results after a number of users; null when only more of their runs are counted. */
function printLook(users: number | null, { variants, recommendation }: Results): void {
  const shown = variants.map(
    (variant) =>
      `${variant.name} ${share(primaryOf(variant)?.value ?? null)} of ${variant.subjects}`,
  );
  console.log(
    `  ${(users === null ? '' : `${users} users`).padStart(10)}   counted: ${shown.join(', ').padEnd(34)} ${recommendation.action}`,
  );
}

function printResults({ variants, summary, recommendation }: Results, seconds: number): void {
  step(`Results after ${seconds.toFixed(0)} seconds`);
  const rows = variants.map((variant) => {
    const metric = primaryOf(variant);
    const versus = metric?.versus_control ?? null;
    return [
      variant.name,
      String(variant.exposures),
      share(metric?.value ?? null),
      `${share(atLeast0(metric?.low))} to ${share(atMost1(metric?.high))}`,
      versus === null
        ? '–'
        : `${points(versus.difference)} points (${points(versus.low)} to ${points(versus.high)})`,
      share(variant.probability_best),
    ];
  });
  const head = ['variant', 'users', 'rated well', '95 % interval', 'difference', 'best with'];
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [head, ...rows])
    console.log(
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd()}`,
    );
  console.log(
    `\n  ${summary}\n  Recommendation: ${recommendation.action}. ${recommendation.reason}`,
  );
}

async function promote(
  client: Client,
  agent_id: string,
  experiment_id: string,
  { variants, recommendation }: Results,
): Promise<void> {
  const winner = variants.find(({ id }) => id === recommendation.variant_id);
  if (recommendation.action !== 'promote' || winner?.name !== 'B')
    throw new Error(`Version 2 is better, but the recommendation is ${recommendation.action}.`);
  step('Promoting B, which ends the experiment');
  await client.call('POST', `/experiments/${experiment_id}/conclude`, {
    json: { promote: winner.id, reason: 'Recommended' },
    idempotencyKey: crypto.randomUUID(),
  });
  const agent = await client.call<{ active_version: { number: number } }>(
    'GET',
    `/agents/${agent_id}`,
  );
  const { id } = await client.call<{ id: string }>('POST', `/agents/${agent_id}/sessions`, {
    json: { end_user_id: 'a-later-user' },
  });
  const { text } = await ask(client, id, 'Which of your coffees is nutty?');
  if (agent.active_version.number !== 2 || !text.includes('francs'))
    throw new Error('The promoted version does not answer.');
  console.log(`  version ${agent.active_version.number} is active. A later user reads: ${text}`);
}
