// The calls of the README, by the client of @hey-api/openapi-ts. Compiled and run by generated-clients.test.ts.
import * as api from './hey';
import { client } from './hey/client.gen';

const [url = '', key = ''] = process.argv.slice(2);
client.setConfig({ baseUrl: url, auth: key, throwOnError: true });
const throwOnError = true as const;

async function main() {
  const { data: agent } = await api.createAgent({
    body: { name: 'Hey', slug: 'hey', config: { instructions: 'Answer briefly.' } },
    throwOnError,
  });
  const path = { agent: agent.slug };
  const { data: uploaded } = await api.uploadAgentFiles({
    path,
    body: { name: 'manual.md', text: 'Descaling the machine takes 25 minutes.' },
    throwOnError,
  });
  let status: api.File['status'] = 'queued';
  while (status !== 'ready' && status !== 'failed') {
    // An upload of one file has status 202 or fails.
    const file = 'id' in uploaded ? uploaded.id : '';
    status = (await api.getFile({ path: { file }, throwOnError })).data.status;
  }
  const { data: found } = await api.searchAgentKnowledge({
    path,
    body: { query: 'descaling', top_k: 3 },
    throwOnError,
  });
  const { data: session } = await api.createSession({ path, body: {}, throwOnError });
  const { data: message } = await api.sendMessage({
    path: { session: session.id },
    body: { message: 'How long does descaling take?' },
    throwOnError,
  });
  const texts = message.parts.map((part) => ('text' in part ? part.text : part.type));
  const { data: run } = await api.getRun({ path: { run: String(message.run_id) }, throwOnError });
  const kinds = run.steps.map((step) => (step.type === 'retrieval' ? step.output : step.name));
  await api.updateAgent({
    path,
    body: { config: { knowledge: { top_k: 3 } }, change_summary: 'Fewer passages' },
    throwOnError,
  });
  await api.compareVersions({ path: { ...path, a: '1', b: '2' }, throwOnError });
  await api.activateVersion({
    path: { ...path, version: '1' },
    body: { reason: 'Two was worse' },
    throwOnError,
  });
  await api.createBudget({
    body: { name: 'All of us', scope: 'workspace', period: 'month', limit_usd: 100 },
    throwOnError,
  });
  await api.setRateLimits({
    body: { api_key: { default: { requests_per_minute: 600 } } },
    throwOnError,
  });
  const { data: limits } = await api.getRateLimits({ throwOnError });
  const overrides: number = limits.api_key.overrides.length;
  const { data: completion } = await api.createChatCompletion({
    body: {
      model: agent.slug,
      messages: [{ role: 'user', content: 'How long does descaling take?' }],
      n: null,
    },
    throwOnError,
  });
  const missing = await api.getAgent({ path: { agent: 'nobody' }, throwOnError: false });
  // Server-sent events, each as its type says.
  const { stream } = await api.attachToRun({ path: { run: String(message.run_id) } });
  let streamed = '';
  for await (const event of stream as AsyncIterable<api.StreamEvent | string>) {
    if (typeof event === 'object' && event.type === 'text-delta') streamed += event.delta;
    if (typeof event === 'string' && event.includes('[DONE]')) break;
  }

  console.log(
    JSON.stringify({
      hits: found.hits.length,
      texts,
      kinds: kinds.length,
      overrides,
      answer: completion.choices[0]?.message.content,
      code: missing.error?.code,
      streamed,
    }),
  );
}

void main();
