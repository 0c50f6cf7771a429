// npm run demo -- --agent: an agent that answers over MCP, searches a document, runs code on a table, draws a chart, and
// waits for a person before it orders.
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client as McpClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Client } from './client.ts';
import { decideSteps, orderTool } from './demo-agent-model.ts';
import { type Peer, startPeer } from './demo-peer.ts';
import { printCitations, shorten, showProgress, step } from './demo-print.ts';
import { chooseModel, explained, priceStandIn } from './demo-provider.ts';
import { handbook, upload, waitUntilRead } from './sample.ts';

const sales = {
  path: join(import.meta.dirname, 'samples', 'cafe-sales.csv'),
  media_type: 'text/csv',
};
const question =
  'How long is lost property kept? Draw the beans used per month, and order the average of a month.';

interface Answer {
  readonly answer: string;
  readonly status: string;
  readonly run_id: string;
  readonly citations: readonly {
    readonly file_name: string;
    readonly page: number | null;
    readonly quote: string;
  }[];
}

interface Approval {
  readonly id: string;
  readonly run_id: string;
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly digest: string;
}

interface RunFile {
  readonly name: string;
  readonly media_type: string;
  readonly byte_size: number;
  readonly url: string;
}

/** Throws if a step does not have the expected effect. Removes everything that it created on the server. */
export async function demonstrateAgent(client: Client, signal: AbortSignal): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    step('Starting a roastery to order from, and a simulated model');
    const peer = await startPeer(decideSteps);
    undo.push(() => peer.stop());
    const model = await chooseModel(client, peer, null);
    undo.push(() => model.restore());
    console.log(`  ${model.description}`);
    const price = await priceStandIn(client);
    undo.push(() => price.restore());
    const slug = await createAgent(client, { model: model.name, peer, undo, signal });
    await converse(client, { slug, peer, signal });
  } finally {
    for (const one of undo.reverse())
      await one().catch((error: Error) => signal.aborted || console.error(`  ${error.message}`));
  }
}

interface Wanted {
  readonly model: string;
  readonly peer: Peer;
  readonly undo: (() => Promise<unknown>)[];
  readonly signal: AbortSignal;
}

/** Returns the slug of the agent. */
async function createAgent(client: Client, { model, peer, undo, signal }: Wanted): Promise<string> {
  const names = ['knowledge_search', 'run_code', orderTool];
  step(`Creating an agent with ${names.join(', ')}`);
  const tool = await client
    .call<{ id: string }>('POST', '/tools', {
      json: {
        name: orderTool,
        description: 'Orders coffee beans from the roastery.',
        effect: 'write',
        method: 'POST',
        url: `${peer.url}/purchases`,
        input_schema: {
          type: 'object',
          properties: { kilograms: { type: 'number', minimum: 1, maximum: 500 } },
          required: ['kilograms'],
        },
        body: { type: 'json' },
        secret_headers: { Authorization: `Bearer ${peer.order_key}` },
      },
      idempotencyKey: crypto.randomUUID(),
    })
    .catch((error: unknown) => {
      throw explained(client, error);
    });
  undo.push(() => client.call('DELETE', `/tools/${tool.id}`));
  const { id, slug } = await client.call<{ id: string; slug: string }>('POST', '/agents', {
    json: {
      name: 'Café demo that acts',
      config: {
        instructions:
          'You help the staff of a café. Look up rules, calculate with code, and order beans when asked.',
        model,
        tools: names,
      },
    },
    idempotencyKey: crypto.randomUUID(),
  });
  undo.push(() => client.call('DELETE', `/agents/${id}`));
  const documents = [handbook, sales];
  console.log(`  reads ${documents.map(({ path }) => basename(path)).join(' and ')}`);
  await upload(client, id, documents);
  await waitUntilRead(client, id, { within: 120_000, signal, onProgress: showProgress });
  process.stdout.write('\n');
  return slug;
}

interface Conversation {
  readonly slug: string;
  readonly peer: Peer;
  readonly signal: AbortSignal;
}

async function converse(client: Client, { slug, peer, signal }: Conversation): Promise<void> {
  step(`Asking over MCP: ${client.url}/mcp/agents/${slug}`);
  const mcp = new McpClient(
    { name: 'agentgrid-demo', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(`${client.url}/mcp/agents/${slug}`), {
    requestInit: { headers: { authorization: `Bearer ${client.key}` } },
  });
  await mcp.connect(transport);
  try {
    const { tools } = await mcp.listTools();
    console.log(`  tools: ${tools.map(({ name }) => name).join(', ')}`);
    const ask = tools.find(({ name }) => name.startsWith('ask_'))?.name ?? '';
    console.log(`  ${question}`);
    const waiting = await callTool(mcp, ask, { message: question });
    if (waiting.status !== 'requires_action')
      throw new Error(`The run is ${waiting.status}, but should wait: ${waiting.answer}`);
    if (peer.purchases.length > 0) throw new Error('Beans were ordered before the approval.');

    step('Deciding as a person');
    await approve(client, waiting.run_id);
    const { answer, citations } = await readAnswer(mcp, waiting.run_id, signal);
    console.log(`  ${answer}`);
    printCitations(citations);
    if (peer.purchases.length !== 1)
      throw new Error(`The roastery received ${peer.purchases.length} orders instead of one.`);
    console.log(`  the roastery received ${JSON.stringify(peer.purchases[0])}`);
    if (!/\b(six|6) weeks\b/i.test(answer) || citations.length === 0)
      throw new Error('The answer lacks the rule of the handbook.');
    await download(client, waiting.run_id);
  } finally {
    await mcp.close();
  }
}

async function callTool(mcp: McpClient, name: string, input: object): Promise<Answer> {
  const reply = await mcp.callTool({ name, arguments: { ...input } });
  if (reply.isError === true) throw new Error(shorten(JSON.stringify(reply.content), 500));
  return reply.structuredContent as unknown as Answer;
}

async function readAnswer(mcp: McpClient, run_id: string, signal: AbortSignal): Promise<Answer> {
  for (;;) {
    const answer = await callTool(mcp, 'get_answer', { run_id });
    if (answer.status === 'completed') return answer;
    if (answer.status !== 'running') throw new Error(`The run is ${answer.status}.`);
    await wait(250, undefined, { signal });
  }
}

async function approve(client: Client, run_id: string): Promise<void> {
  const { data } = await client.call<{ data: Approval[] }>(
    'GET',
    `/approvals?status=pending&run=${run_id}`,
  );
  const [approval] = data;
  if (approval === undefined) throw new Error('No approval is pending.');
  const { tool_call_id, tool_name, input, reason, digest } = approval;
  console.log(`  ${tool_name} ${JSON.stringify(input)}: ${reason}`);
  const action = { type: 'approval', tool_call_id, decision: 'approve', arguments: input, digest };
  await client.call('POST', `/runs/${run_id}/actions`, { json: { actions: [action] } });
  console.log('  approved');
}

async function download(client: Client, run_id: string): Promise<void> {
  step('Downloading the chart');
  const { files } = await client.call<{ files: RunFile[] }>('GET', `/runs/${run_id}`);
  const chart = files.find(({ media_type }) => media_type === 'image/svg+xml');
  if (chart === undefined) throw new Error('The run has written no chart.');
  const response = await fetch(new URL(chart.url, client.url));
  const text = await response.text();
  if (!response.ok || !text.startsWith('<svg'))
    throw new Error(`The chart could not be downloaded: HTTP ${response.status}.`);
  console.log(
    `  ${chart.name}, ${chart.byte_size} bytes, ${response.headers.get('content-disposition')}`,
  );
}
