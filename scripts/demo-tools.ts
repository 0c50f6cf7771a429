// npm run demo -- --tools: a question that needs an HTTP tool and a document, with every step of the answer.
import { basename } from 'node:path';
import { type Answer, ask } from './ask.ts';
import type { Client } from './client.ts';
import { decide } from './demo-model.ts';
import { type Peer, startPeer } from './demo-peer.ts';
import { cost, printCitations, shorten, showProgress, step } from './demo-print.ts';
import { chooseModel, explained, priceStandIn, type WantedModel } from './demo-provider.ts';
import { StepPrinter } from './demo-steps.ts';
import { handbook, upload, waitUntilRead } from './sample.ts';

const toolName = 'demo_order_status';
const question =
  'Where is order 4711, and how long is lost property kept according to the handbook?';
const expected = [
  { says: /Landquart/, what: 'where the order is (Landquart)' },
  { says: /\b(six|6) weeks\b/i, what: 'how long lost property is kept (six weeks)' },
];

interface Tool {
  readonly id: string;
  readonly name: string;
  readonly effect: string;
  readonly secret_headers: Readonly<Record<string, { readonly last_four: string | null }>>;
}

interface Trace {
  readonly steps: readonly {
    readonly type: string;
    readonly name: string;
    readonly error: string | null;
    readonly cost_usd: number | null;
    readonly latency_ms: number;
  }[];
}

interface Options {
  /** The model given with `--model`; null for the simulated one. */
  readonly wanted: WantedModel | null;
  readonly signal: AbortSignal;
}

/** Throws if the answer lacks a fact, a citation or a tool call. Removes everything that it created on the server. */
export async function demonstrateTools(client: Client, { wanted, signal }: Options): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    step('Starting an order service to call');
    const peer = await startPeer(decide);
    undo.push(() => peer.stop());
    console.log(`  ${peer.url}`);

    step('Choosing a model');
    const model = await chooseModel(client, peer, wanted);
    undo.push(() => model.restore());
    console.log(`  ${model.description}`);
    if (wanted === null) {
      const price = await priceStandIn(client);
      undo.push(() => price.restore());
      console.log(`  ${price.description}`);
    }

    step('Creating a tool');
    const tool = await createTool(client, peer);
    undo.push(() => client.call('DELETE', `/tools/${tool.id}`));
    console.log(
      `  ${tool.name} (${tool.effect}), Authorization …${tool.secret_headers.Authorization?.last_four}`,
    );

    const agent_id = await createAgent(client, model.name, peer, signal);
    undo.push(() => client.call('DELETE', `/agents/${agent_id}`));
    await askAndCheck(client, agent_id, signal);
  } finally {
    for (const one of undo.reverse())
      await one().catch((error: Error) => signal.aborted || console.error(`  ${error.message}`));
  }
}

async function createTool(client: Client, peer: Peer): Promise<Tool> {
  const json = {
    name: toolName,
    description: 'Status, place and expected time of arrival of an order, by its number.',
    effect: 'read',
    url: `${peer.url}/orders/{order}`,
    input_schema: {
      type: 'object',
      properties: { order: { type: 'string', maxLength: 20 } },
      required: ['order'],
    },
    secret_headers: { Authorization: `Bearer ${peer.order_key}` },
    response: { fields: ['order', 'status', 'location', 'expected', 'content'] },
  };
  try {
    return await client.call<Tool>('POST', '/tools', { json, idempotencyKey: crypto.randomUUID() });
  } catch (error) {
    throw explained(client, error);
  }
}

async function createAgent(
  client: Client,
  model: string,
  peer: Peer,
  signal: AbortSignal,
): Promise<string> {
  const tools = [toolName, 'knowledge_search'];
  step(`Creating an agent with ${tools.join(' and ')}, and giving it ${basename(handbook.path)}`);
  const config = {
    instructions:
      'You help the staff of a café. Use your tools to look up facts. Answer briefly and cite the documents, like [1].',
    model,
    tools,
    // Otherwise a person has to approve what is sent there after the handbook was read.
    approvals: { allowed_hosts: [new URL(peer.url).host] },
  };
  const { id } = await client.call<{ id: string }>('POST', '/agents', {
    json: { name: 'Café demo with tools', config },
    idempotencyKey: crypto.randomUUID(),
  });
  await upload(client, id, [handbook]);
  await waitUntilRead(client, id, { within: 120_000, signal, onProgress: showProgress });
  process.stdout.write('\n');
  return id;
}

async function askAndCheck(client: Client, agent_id: string, signal: AbortSignal): Promise<void> {
  const session = await client.call<{ id: string }>('POST', `/agents/${agent_id}/sessions`, {
    json: {},
    idempotencyKey: crypto.randomUUID(),
  });
  step(question);
  const printer = new StepPrinter();
  const answer = await ask(client, {
    session_id: session.id,
    message: question,
    signal,
    onChunk: (chunk) => printer.print(chunk),
  });
  printer.end();
  printCitations(answer.citations);

  step('The stored trace');
  const { steps } = await client.call<Trace>('GET', `/runs/${answer.run.id}`);
  for (const { type, name, error, cost_usd, latency_ms } of steps) {
    const price = type === 'model' ? cost(cost_usd) : '';
    console.log(
      `  ${type.padEnd(10)}${shorten(name, 40).padEnd(42)}${String(latency_ms).padStart(6)} ms  ${price}${error ?? ''}`.trimEnd(),
    );
  }
  const { usage, status, latency_ms } = answer.run;
  console.log(
    `  ${status} in ${latency_ms} ms, ${usage.input_tokens ?? '?'} + ${usage.output_tokens ?? '?'} tokens, ${cost(usage.cost_usd)}`,
  );
  check(answer, steps);
}

function check({ text, citations, run }: Answer, steps: Trace['steps']): void {
  if (run.status !== 'completed')
    throw new Error(`The run is ${run.status}: ${run.error?.detail ?? 'no detail'}`);
  for (const name of [toolName, 'knowledge_search']) {
    if (!steps.some((one) => one.type === 'tool' && one.name === name && one.error === null)) {
      throw new Error(`The model has not used ${name}, or it failed.`);
    }
  }
  for (const { says, what } of expected)
    if (!says.test(text)) throw new Error(`The answer does not say ${what}.`);
  if (!citations.some(({ file_name }) => file_name === basename(handbook.path))) {
    throw new Error(`The answer does not cite ${basename(handbook.path)}.`);
  }
}
