import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round, Script } from '../support/provider/script.ts';
import { contextOf, step, usageRows } from './support.ts';

/** The URL of each provider and the header of its key. */
const table = {
  xai: { base_url: null, url: 'https://api.x.ai/v1/chat/completions', header: 'authorization' },
  openrouter: {
    base_url: null,
    url: 'https://openrouter.ai/api/v1/chat/completions',
    header: 'authorization',
  },
  together: {
    base_url: null,
    url: 'https://api.together.xyz/v1/chat/completions',
    header: 'authorization',
  },
  fireworks: {
    base_url: null,
    url: 'https://api.fireworks.ai/inference/v1/chat/completions',
    header: 'authorization',
  },
  'azure-openai': {
    base_url: 'https://scripted.openai.azure.com/openai/v1',
    url: 'https://scripted.openai.azure.com/openai/v1/responses',
    header: 'api-key',
  },
  bedrock: {
    base_url: null,
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/scripted-large/converse-stream',
    header: 'authorization',
  },
  vertex: {
    base_url: null,
    url: 'https://aiplatform.googleapis.com/v1/publishers/google/models/scripted-large:streamGenerateContent?alt=sse',
    header: 'x-goog-api-key',
  },
} as const;
type Id = keyof typeof table;
const ids = Object.keys(table) as Id[];

async function open(id: Id, script: Script) {
  const workspace = await newWorkspace();
  const scripted = await playScript(script);
  const set = await workspace.put(`/providers/${id}`, {
    api_key: scripted.api_key,
    base_url: table[id].base_url,
  });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
  return { workspace, scripted, ctx: contextOf(workspace) };
}

const tools = [
  {
    type: 'function' as const,
    name: 'lookup',
    inputSchema: { type: 'object' as const, properties: { q: { type: 'string' as const } } },
  },
];
const calling: Round = {
  text: ['Let me ', 'look.'],
  tool_calls: [
    { id: 'call_1', name: 'lookup', arguments: { q: 'a' } },
    { id: 'call_2', name: 'lookup', arguments: { q: 'b' } },
  ],
  usage: { input_tokens: 100, cache_read_tokens: 40, output_tokens: 20 },
};
const question = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];

describe.each(ids)('%s', (id) => {
  it('streams text and tool calls from its base URL and meters them', async () => {
    const { ctx, scripted } = await open(id, { rounds: [calling] });
    const { text, result } = await step(ctx, [`${id}/scripted-large`], {
      options: { prompt: question, tools },
    });
    expect(result.failure).toBeNull();
    expect(text).toBe('Let me look.');
    expect(result.finish_reason).toBe('tool-calls');
    const calls = result.content.filter((part) => part.type === 'tool-call');
    expect(
      calls.map(({ toolCallId, toolName, input }) => [toolCallId, toolName, JSON.parse(input)]),
    ).toEqual([
      ['call_1', 'lookup', { q: 'a' }],
      ['call_2', 'lookup', { q: 'b' }],
    ]);
    expect(await usageRows(ctx, result)).toMatchObject([
      {
        provider: id,
        model: 'scripted-large',
        input_tokens: 100,
        cache_read_tokens: 40,
        output_tokens: 20,
        status: 'ok',
        is_estimated: 0,
      },
    ]);
    const [request] = await scripted.requests();
    expect(request?.url).toBe(table[id].url);
    expect(request?.headers[table[id].header]).toContain(scripted.api_key);
  });

  it('estimates the tokens of an answer without usage', async () => {
    const { ctx } = await open(id, {
      rounds: [{ text: ['A whole sentence of an answer.'], fault: { kind: 'missing-usage' } }],
    });
    const { result } = await step(ctx, [`${id}/scripted-large`]);
    expect(result.failure).toBeNull();
    const [row] = await usageRows(ctx, result);
    expect(row).toMatchObject({ is_estimated: 1 });
    expect(row?.output_tokens).toBeGreaterThan(0);
    expect(row?.input_tokens).toBeGreaterThan(0);
  });

  it('reports a rejected request without the key', async () => {
    const { ctx, scripted } = await open(id, {
      rounds: [{ fault: { kind: 'status', status: 401 } }],
    });
    const { result } = await step(ctx, [`${id}/scripted-large`]);
    expect(result.failure).toMatchObject({ code: 'provider_auth' });
    expect(result.failure?.message).not.toContain(scripted.api_key);
    expect(await scripted.requests()).toHaveLength(1);
  });

  it('keeps the text before a failure in the stream', async () => {
    const { ctx, scripted } = await open(id, {
      rounds: [{ text: ['Half ', 'an ', 'answer'], fault: { kind: 'error-event', events: 6 } }],
    });
    const { text, result } = await step(ctx, [`${id}/scripted-large`]);
    expect(result.failure).toMatchObject({ code: 'provider_error' });
    expect(text).toMatch(/^Half /);
    expect(await scripted.requests()).toHaveLength(1);
  });
});

describe('bedrock', () => {
  it('signs requests with the credentials of an IAM user for the region of its base URL', async () => {
    const workspace = await newWorkspace();
    const scripted = await playScript({ rounds: [{ text: ['Signed.'] }] });
    await workspace.put('/providers/bedrock', {
      api_key: 'AKIAIOSFODNN7EXAMPLE:c2VjcmV0/+key',
      base_url: scripted.base_url.bedrock,
    });
    const { text } = await step(contextOf(workspace), ['bedrock/us.scripted-v1:0']);
    expect(text).toBe('Signed.');
    const [request] = await scripted.requests();
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/\d{8}\/us-east-1\/bedrock\/aws4_request/,
    );
    expect(JSON.stringify(request)).not.toContain('c2VjcmV0');
  });
});
