import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import type { Fault, Round, Script } from '../support/provider/script.ts';
import { contextOf, step, usageRows } from './support.ts';

const answer: Round = {
  text: ['Hel', 'lo ', 'wor', 'ld'],
  usage: { input_tokens: 10, output_tokens: 4 },
};

/** Creates a workspace with a scripted model behind its own provider. */
async function workspaceWith(
  script: Script,
  provider: keyof typeof addresses = 'openai-compatible',
  workspace?: Workspace,
) {
  const own = workspace ?? (await newWorkspace());
  const scripted = await playScript(script);
  const base_url = scripted.base_url[addresses[provider]];
  const set = await own.put(`/providers/${provider}`, { api_key: scripted.api_key, base_url });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
  return { workspace: own, scripted, ctx: contextOf(own) };
}

const addresses = {
  openai: 'openai',
  'openai-chat': 'openai',
  anthropic: 'anthropic',
  google: 'google',
  'openai-compatible': 'compatible',
  groq: 'compatible',
} as const;

describe('a model call', () => {
  it.each(['openai', 'openai-chat', 'anthropic', 'google', 'openai-compatible'] as const)(
    'streams, meters and assembles an answer: %s',
    async (provider) => {
      const round: Round = {
        text: ['Let me ', 'look.'],
        tool_calls: [
          { id: 'call_1', name: 'lookup', arguments: { q: 'a' } },
          { id: 'call_2', name: 'lookup', arguments: { q: 'b' } },
        ],
        usage: { input_tokens: 100, cache_read_tokens: 40, output_tokens: 20 },
      };
      const { ctx, scripted } = await workspaceWith({ rounds: [round] }, provider);
      const tools = [
        {
          type: 'function' as const,
          name: 'lookup',
          inputSchema: { type: 'object' as const, properties: { q: { type: 'string' as const } } },
        },
      ];
      const { text, result } = await step(ctx, [`${provider}/scripted-large`], {
        options: { prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }], tools },
      });
      expect(result.failure).toBeNull();
      expect(text).toBe('Let me look.');
      const calls = result.content.filter((part) => part.type === 'tool-call');
      expect(calls.map((call) => [call.toolName, JSON.parse(call.input)])).toEqual([
        ['lookup', { q: 'a' }],
        ['lookup', { q: 'b' }],
      ]);
      expect(result.content.find((part) => part.type === 'text')).toMatchObject({
        text: 'Let me look.',
      });
      expect(result.finish_reason).toBe('tool-calls');
      expect(result.tokens).toMatchObject({
        input_tokens: 100,
        cache_read_tokens: 40,
        output_tokens: 20,
      });
      const rows = await usageRows(ctx, result);
      expect(rows).toMatchObject([
        {
          provider,
          model: 'scripted-large',
          input_tokens: 100,
          cache_read_tokens: 40,
          output_tokens: 20,
          status: 'ok',
          cost_nano_usd: null,
        },
      ]);
      expect(await scripted.requests()).toHaveLength(1);
    },
  );

  it('applies price overrides to each token class once', async () => {
    const usage = {
      input_tokens: 1000,
      cache_read_tokens: 400,
      output_tokens: 500,
      reasoning_tokens: 100,
    };
    const { ctx, workspace } = await workspaceWith({ rounds: [{ text: ['x'], usage }] });
    const overrides = [
      { model: 'openai-compatible/m', input: 2, output: 10, cache_read: 0.5, cache_write: null },
    ];
    expect((await workspace.put('/prices', { overrides })).body).toEqual({ overrides });
    const { result } = await step(ctx, ['openai-compatible/m']);
    // 600 × 2000 + 400 × 500 + 500 × 10,000 nano-USD
    expect(result.cost_nano_usd).toBe(6_400_000);
  });

  it('joins deltas that arrive together', async () => {
    const deltas = Array.from({ length: 200 }, (_, index) => `w${index} `);
    const { ctx } = await workspaceWith({
      rounds: [{ ...answer, text: deltas, fault: { kind: 'drip', bytes: 4096, ms: 1 } }],
    });
    const { events, text } = await step(ctx, ['openai-compatible/m']);
    expect(text).toBe(deltas.join(''));
    expect(events.length).toBeLessThan(60);
  });

  it('takes no round trip for a built-in model and one for the first call of another', async () => {
    const { ctx } = await workspaceWith({ rounds: [answer, answer] });
    const builtin = contextOf({ id: ctx.workspace_id });
    expect((await step(builtin, ['builtin/extractive'])).result.failure).toBeNull();
    expect(builtin.meter.db.trips).toBe(0);
    await step(ctx, ['openai-compatible/m']);
    expect(ctx.meter.db.trips).toBe(1);
    await step(ctx, ['openai-compatible/m']);
    expect(ctx.meter.db.trips).toBe(1);
  });
});

interface Case {
  readonly fault: Fault;
  /** Requests to the first model before the fallback model. */
  readonly requests: number;
  readonly code: string;
  readonly status: number;
  /** True when output was yielded, so that no other model is tried. */
  readonly text?: string;
}

/** Number of events of a protocol up to the first delta. */
const untilText = { 'openai-compatible': 3, openai: 6, anthropic: 5 } as const;

const cases: readonly (readonly [string, Case])[] = [
  [
    '401',
    { fault: { kind: 'status', status: 401 }, requests: 1, code: 'provider_auth', status: 424 },
  ],
  [
    '403',
    { fault: { kind: 'status', status: 403 }, requests: 1, code: 'provider_auth', status: 424 },
  ],
  [
    '400',
    { fault: { kind: 'status', status: 400 }, requests: 1, code: 'provider_error', status: 502 },
  ],
  [
    '404',
    { fault: { kind: 'status', status: 404 }, requests: 1, code: 'provider_error', status: 502 },
  ],
  [
    '429',
    { fault: { kind: 'status', status: 429 }, requests: 3, code: 'rate_limited', status: 429 },
  ],
  [
    '429 asking for too long',
    {
      fault: { kind: 'status', status: 429, retry_after: '120' },
      requests: 1,
      code: 'rate_limited',
      status: 429,
    },
  ],
  [
    '500',
    { fault: { kind: 'status', status: 500 }, requests: 3, code: 'provider_error', status: 502 },
  ],
  [
    '529',
    { fault: { kind: 'status', status: 529 }, requests: 3, code: 'provider_error', status: 502 },
  ],
  ['reset', { fault: { kind: 'reset' }, requests: 3, code: 'provider_error', status: 502 }],
  [
    'reset after the headers',
    { fault: { kind: 'reset-after', events: 0 }, requests: 3, code: 'provider_error', status: 502 },
  ],
  [
    'clean end after the headers',
    { fault: { kind: 'cut', events: 0 }, requests: 3, code: 'provider_error', status: 502 },
  ],
  [
    'redirect',
    {
      fault: { kind: 'redirect', status: 307, location: 'https://elsewhere.example.org/' },
      requests: 1,
      code: 'provider_error',
      status: 502,
    },
  ],
  [
    'reset in the answer',
    {
      fault: { kind: 'reset-after', events: 3 },
      requests: 1,
      code: 'provider_error',
      status: 502,
      text: 'Hel',
    },
  ],
  [
    'clean end in the answer',
    {
      fault: { kind: 'cut', events: 3 },
      requests: 1,
      code: 'provider_error',
      status: 502,
      text: 'Hel',
    },
  ],
  [
    'garbage in the answer',
    {
      fault: { kind: 'garbage', events: 3 },
      requests: 1,
      code: 'provider_error',
      status: 502,
      text: 'Hel',
    },
  ],
  [
    'an error event in the answer',
    {
      fault: { kind: 'error-event', events: 3 },
      requests: 1,
      code: 'provider_error',
      status: 502,
      text: 'Hel',
    },
  ],
];

describe.each(['openai-compatible', 'openai', 'anthropic'] as const)(
  'faults of %s (R35, R49, R53)',
  (provider) => {
    it.each(cases)('%s', async (_name, { fault: given, requests, code, status, text }) => {
      const fault =
        text !== undefined && 'events' in given ? { ...given, events: untilText[provider] } : given;
      const { workspace, scripted, ctx } = await workspaceWith(
        { rounds: [{ ...answer, fault }], repeat: true },
        provider,
      );
      const other = await workspaceWith({ rounds: [answer] }, 'groq', workspace);
      const call_key = `test:${crypto.randomUUID()}`;
      const alone = await step(ctx, [`${provider}/first`], { call_key });
      expect({ code: alone.result.failure?.code, status: alone.result.failure?.status }).toEqual({
        code,
        status,
      });
      if (code === 'rate_limited')
        expect(alone.result.failure?.options.retryAfter).toBeGreaterThan(0);
      expect(await scripted.requests()).toHaveLength(requests);
      expect(alone.result.usage).toHaveLength(requests);
      if (text !== undefined)
        expect('Hello world'.startsWith(alone.text) && alone.text.length > 0).toBe(true);
      else expect(alone.text).toBe('');

      const both = await step(ctx, [`${provider}/first`, 'groq/second'], {
        call_key: `${call_key}b`,
      });
      const fellBack = text === undefined;
      expect(both.result.model).toBe(fellBack ? 'groq/second' : `${provider}/first`);
      expect(both.result.failure === null).toBe(fellBack);
      if (fellBack) expect(both.text).toBe('Hello world');
      expect(await scripted.requests()).toHaveLength(requests * 2);
      expect(await other.scripted.requests()).toHaveLength(fellBack ? 1 : 0);
      await usageRows(ctx, alone.result);
      const rows = await usageRows(ctx, both.result);
      expect(rows.map(({ call_key: key, status: of }) => [key, of])).toEqual([
        ...Array.from({ length: requests }, (_, index) => [`${call_key}:${index}`, 'error']),
        ...Array.from({ length: requests }, (_, index) => [`${call_key}b:${index}`, 'error']),
        ...(fellBack ? [[`${call_key}b:${requests}`, 'ok']] : []),
      ]);
    });
  },
);
