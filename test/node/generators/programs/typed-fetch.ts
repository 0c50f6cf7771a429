// The calls of the README, by the types of openapi-typescript and openapi-fetch. Compiled and run by generated-clients.test.ts.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

const [url = '', key = ''] = process.argv.slice(2);
const client = createClient<paths, 'application/json' | 'application/problem+json'>({
  baseUrl: url,
  headers: { Authorization: `Bearer ${key}` },
});

type StreamEvent = components['schemas']['StreamEvent'];
const deltaOf = (event: StreamEvent): string => (event.type === 'text-delta' ? event.delta : '');

/** Returns the data; throws the problem as an error. */
function ok<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.data === undefined) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

async function main() {
  const agent = ok(
    await client.POST('/api/v1/agents', {
      body: { name: 'Typed', slug: 'typed', config: { instructions: 'Answer briefly.' } },
    }),
  );
  const path = { agent: agent.slug };
  const uploaded = ok(
    await client.POST('/api/v1/agents/{agent}/files', {
      params: { path },
      body: { name: 'manual.md', text: 'Descaling the machine takes 25 minutes.' },
    }),
  );
  let status: components['schemas']['File']['status'] = 'queued';
  while (status !== 'ready' && status !== 'failed') {
    // An upload of one file has status 202 or fails.
    const file = 'id' in uploaded ? uploaded.id : '';
    status = ok(await client.GET('/api/v1/files/{file}', { params: { path: { file } } })).status;
  }
  const found = ok(
    await client.POST('/api/v1/agents/{agent}/search', {
      params: { path },
      body: { query: 'descaling', top_k: 3 },
    }),
  );
  const session = ok(
    await client.POST('/api/v1/agents/{agent}/sessions', { params: { path }, body: {} }),
  );
  const message = ok(
    await client.POST('/api/v1/sessions/{session}/messages', {
      params: { path: { session: session.id } },
      body: { message: 'How long does descaling take?' },
    }),
  );
  const texts = message.parts.map((part) => ('text' in part ? part.text : part.type));
  const run = ok(
    await client.GET('/api/v1/runs/{run}', { params: { path: { run: String(message.run_id) } } }),
  );
  const kinds = run.steps.map((step) => (step.type === 'retrieval' ? step.output : step.name));
  ok(
    await client.PATCH('/api/v1/agents/{agent}', {
      params: { path },
      body: { config: { knowledge: { top_k: 3 } }, change_summary: 'Fewer passages' },
    }),
  );
  ok(
    await client.GET('/api/v1/agents/{agent}/versions/{a}/diff/{b}', {
      params: { path: { ...path, a: '1', b: '2' } },
    }),
  );
  ok(
    await client.POST('/api/v1/agents/{agent}/versions/{version}/activate', {
      params: { path: { ...path, version: '1' } },
      body: { reason: 'Two was worse' },
    }),
  );
  ok(
    await client.POST('/api/v1/budgets', {
      body: { name: 'All of us', scope: 'workspace', period: 'month', limit_usd: 100 },
    }),
  );
  ok(
    await client.PUT('/api/v1/rate-limits', {
      body: { api_key: { default: { requests_per_minute: 600 } } },
    }),
  );
  // Properties that are optional in requests are required in responses.
  const limits = ok(await client.GET('/api/v1/rate-limits', {}));
  const overrides: number = limits.api_key.overrides.length;
  const completion = ok(
    await client.POST('/v1/chat/completions', {
      body: {
        model: agent.slug,
        messages: [{ role: 'user', content: 'How long does descaling take?' }],
        n: null,
      },
    }),
  );
  const missing = await client.GET('/api/v1/agents/{agent}', {
    params: { path: { agent: 'nobody' } },
  });

  const streamed = await client.POST('/api/v1/sessions/{session}/messages', {
    params: { path: { session: session.id } },
    body: { message: 'How long does descaling take?', stream: true },
    parseAs: 'text',
  });
  const events = String(streamed.data)
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line): StreamEvent => JSON.parse(line.slice(6)));

  console.log(
    JSON.stringify({
      hits: found.hits.length,
      texts,
      kinds: kinds.length,
      overrides,
      answer: completion.choices[0]?.message.content,
      code: missing.error?.code,
      streamed: events.map(deltaOf).join(''),
    }),
  );
}

void main();
