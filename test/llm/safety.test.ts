import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { callAborted, toFault } from '../../src/llm/faults.ts';
import { embed, type ModelCall, streamModelCall } from '../../src/llm/index.ts';
import { delayBeforeRetry, maxAttempts } from '../../src/llm/retry.ts';
import { newWorkspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import type { Fault, Script } from '../support/provider/script.ts';
import { contextOf, question, step, usageRows } from './support.ts';

async function workspaceWith(
  script: Script,
  provider = 'openai-compatible',
  address: 'compatible' | 'openai' | 'anthropic' = 'compatible',
) {
  const workspace = await newWorkspace();
  const scripted = await playScript(script);
  await workspace.put(`/providers/${provider}`, {
    api_key: scripted.api_key,
    base_url: scripted.base_url[address],
  });
  return { workspace, scripted, ctx: contextOf(workspace) };
}

const words = Array.from({ length: 50 }, (_, index) => `word${index} `);
const usage = { input_tokens: 10, output_tokens: 50 };

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an API key of a provider', () => {
  const faults: readonly Fault[] = [
    { kind: 'status', status: 401 },
    { kind: 'status', status: 400 },
    { kind: 'status', status: 429, retry_after: '60' },
    { kind: 'reset-after', events: 2 },
    { kind: 'error-event', events: 2 },
    { kind: 'garbage', events: 2 },
    { kind: 'redirect', status: 307, location: 'https://elsewhere.example.org/v1' },
  ];

  it.each(['openai-compatible', 'openai', 'anthropic'] as const)(
    'is only in the request header, for every answer of %s (R46, R49)',
    async (provider) => {
      const lines: string[] = [];
      for (const level of ['info', 'warn', 'error', 'log'] as const)
        vi.spyOn(console, level).mockImplementation((...parts) => void lines.push(parts.join(' ')));
      const address = provider === 'openai-compatible' ? 'compatible' : provider;
      const { scripted, ctx } = await workspaceWith(
        { rounds: faults.map((fault) => ({ text: ['x', 'y'], usage, fault })) },
        provider,
        address,
      );
      const seen: unknown[] = [];
      for (const _ of faults) {
        const { result } = await step(ctx, [`${provider}/m`]);
        seen.push(
          result.failure?.message,
          String(result.failure?.stack),
          result.failure?.options,
          result.content,
        );
        expect(result.failure?.options.cause instanceof Error).toBe(false);
        await usageRows(ctx, result);
      }
      const tables = [
        'usage',
        'audit_log',
        'provider_credentials',
        'secrets',
        'idempotency_keys',
        'run_steps',
        'messages',
      ];
      for (const table of tables)
        seen.push((await env.DB.prepare(`select * from ${table}`).all()).results);
      const secret = scripted.api_key.slice(3);
      expect(JSON.stringify([seen, lines])).not.toContain(secret);
      expect(lines.join('\n')).toContain('model_call_failed');
      // The message of the service is not passed on.
      expect(JSON.stringify([seen, lines])).not.toMatch(
        /Incorrect API key|invalid x-api-key|scripted (?:failure|error)/i,
      );
      for (const { headers, url, body } of await scripted.requests()) {
        const holding = Object.entries(headers).filter(([, value]) => value.includes(secret));
        expect(holding.map(([name]) => name)).toEqual([
          provider === 'anthropic' ? 'x-api-key' : 'authorization',
        ]);
        expect(JSON.stringify([url.replace(secret.split('.')[0] ?? '', ''), body])).not.toContain(
          secret,
        );
      }
    },
  );
});

describe('aborting a model call', () => {
  it('ends the request, keeps the received text and reports the abort (R54)', async () => {
    const { scripted, ctx } = await workspaceWith({
      rounds: [{ text: words, usage, fault: { kind: 'drip', bytes: 300, ms: 20 } }],
    });
    const stop = new AbortController();
    const call: ModelCall = {
      models: ['openai-compatible/m', 'openai-compatible/n'],
      operation: 'answer',
      call_key: crypto.randomUUID(),
      options: question('Hi'),
      signal: stop.signal,
    };
    const stream = streamModelCall(ctx, call);
    let text = '';
    let next = await stream.next();
    for (; next.done !== true; next = await stream.next()) {
      if (next.value.type === 'text') text += next.value.delta;
      stop.abort();
    }
    const { failure, content, finish_reason } = next.value;
    expect([failure?.code, finish_reason]).toEqual(['provider_timeout', 'error']);
    expect(text).not.toBe('');
    expect(content).toMatchObject([{ type: 'text', text }]);
    expect(await usageRows(ctx, next.value)).toMatchObject([
      { status: 'aborted', is_estimated: 1 },
    ]);
    await vi.waitUntil(async () => (await scripted.requests())[0]?.aborted === true, {
      timeout: 150_000,
    });
    expect(await scripted.requests()).toHaveLength(1);
  });

  it.each([
    ['slow headers', { kind: 'slow-headers', ms: 5000 }],
    ['a stall', { kind: 'stall', events: 0 }],
    ['a stall in the answer', { kind: 'stall', events: 3 }],
  ] as const)('by the clock gets out of %s at once', async (_name, fault) => {
    const { ctx } = await workspaceWith({ rounds: [{ text: words, usage, fault }] });
    const started = Date.now();
    const { result } = await step(ctx, ['openai-compatible/m'], {
      signal: AbortSignal.timeout(300),
    });
    expect(result.failure).toMatchObject({ code: 'provider_timeout', status: 504 });
    expect(result.usage).toHaveLength(1);
    expect(Date.now() - started).toBeLessThan(2500);
  });

  it('records the usage when the caller stops reading', async () => {
    const { scripted, ctx } = await workspaceWith({
      rounds: [{ text: words, usage, fault: { kind: 'drip', bytes: 300, ms: 20 } }],
    });
    const call: ModelCall = {
      models: ['openai-compatible/m'],
      operation: 'answer',
      call_key: 'x',
      options: question('Hi'),
      signal: new AbortController().signal,
    };
    for await (const _ of streamModelCall(ctx, call)) break;
    await vi.waitUntil(async () => (await scripted.requests())[0]?.aborted === true, {
      timeout: 150_000,
    });
  });
});

describe('retries', () => {
  const fault = toFault(new TypeError('reset'), { provider: 'P', is_own_key: true, now: 0 });

  it('wait with full jitter under a doubling ceiling, and at least the delay that the provider requests', () => {
    expect([1, 2].map((done) => delayBeforeRetry(fault, done, () => 1))).toEqual([500, 1000]);
    expect(delayBeforeRetry(fault, 1, () => 0)).toBe(0);
    expect(delayBeforeRetry(fault, maxAttempts, () => 0)).toBeNull();
    expect(delayBeforeRetry({ ...fault, retry_after_ms: 3000 }, 1, () => 0)).toBe(3000);
    expect(delayBeforeRetry({ ...fault, retry_after_ms: 60_000 }, 1, () => 0)).toBeNull();
    expect(delayBeforeRetry(callAborted(null), 1)).toBeNull();
  });
});

describe('embeddings', () => {
  const values = ['one', 'two'];
  const call = {
    model: 'openai/text-embedding-3-large',
    values,
    operation: 'embed_file' as const,
    call_key: 'file_1:0',
  };
  const statuses = async (workspace_id: string) =>
    (
      await env.DB.prepare('select status from usage where workspace_id = ? order by call_key')
        .bind(workspace_id)
        .all()
    ).results.map(({ status }) => status);

  it('are metered and retried like any call', async () => {
    const { scripted, ctx } = await workspaceWith(
      { rounds: [], embedding_faults: [{ kind: 'status', status: 503 }] },
      'openai',
      'openai',
    );
    const { embeddings, usage: rows } = await embed(ctx, {
      ...call,
      call_key: `${ctx.workspace_id}:0`,
    });
    expect(embeddings.map((vector) => vector.length)).toEqual([1536, 1536]);
    expect((await scripted.requests()).map(({ body }) => [body.input, body.dimensions])).toEqual([
      [values, 1536],
      [values, 1536],
    ]);
    for (const row of rows) await ctx.db.batch([row]);
    expect(await statuses(ctx.workspace_id)).toEqual(['error', 'ok']);
  });

  it('of an unexpected length are rejected and billed', async () => {
    const { ctx } = await workspaceWith({ rounds: [] }, 'mistral');
    await expect(
      embed(ctx, { ...call, model: 'mistral/mistral-embed', call_key: `${ctx.workspace_id}:0` }),
    ).rejects.toThrow('a length other than 1024');
    await vi.waitUntil(async () => (await statuses(ctx.workspace_id)).length === 1, {
      timeout: 150_000,
    });
  });

  it('report a missing credential', async () => {
    const ctx = contextOf(await newWorkspace());
    await expect(embed(ctx, call)).rejects.toMatchObject({ code: 'provider_not_configured' });
  });
});
