import { expect } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import type { Reply } from '../support/outbound-service.ts';
import { contextOf, question, type Stepped, step } from './support.ts';

export type RawProvider = keyof typeof paths;

/** Path of the streaming request of each provider, relative to its base URL. */
const paths = {
  'openai-compatible': '/chat/completions',
  ollama: '/chat/completions',
  openrouter: '/chat/completions',
  xai: '/chat/completions',
  'openai-chat': '/chat/completions',
  groq: '/chat/completions',
  deepseek: '/chat/completions',
  mistral: '/chat/completions',
  openai: '/responses',
  anthropic: '/messages',
  google: '/models/m:streamGenerateContent',
} as const;

export const sse = (...events: readonly (object | string)[]): string =>
  events
    .map((event) => (typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`))
    .join('');
export const named = (
  ...events: readonly { readonly type: string; readonly [field: string]: unknown }[]
): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

export const done = 'data: [DONE]\n\n';
export const delta = (value: object, finish_reason: string | null = null, more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: value, finish_reason }],
  ...more,
});
export const counted = (usage: object) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [],
  usage,
});

export interface RawStep extends Stepped {
  readonly requests: number;
}

/** Calls a model whose provider returns the given body. */
export async function stepWith(
  provider: RawProvider,
  body: string,
  reply: Reply = {},
): Promise<RawStep> {
  const { ask } = await openRaw(provider, body, reply);
  return ask();
}

/** Returns a function like `stepWith` for several calls in the same workspace. */
export async function openRaw(provider: RawProvider, body: string, reply: Reply = {}, model = 'm') {
  const workspace = await newWorkspace();
  const site = new Site();
  await site.answers(`/v1${paths[provider]}`, {
    body,
    headers: { 'content-type': 'text/event-stream' },
    ...reply,
  });
  const set = await workspace.put(`/providers/${provider}`, {
    api_key: 'sk-raw-0123456789',
    base_url: site.url('/v1'),
  });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
  const ctx = contextOf(workspace);
  const ask = async (): Promise<RawStep> => {
    const stepped = await step(ctx, [`${provider}/${model}`], {
      options: { ...question('Hello?'), tools },
    });
    return { ...stepped, requests: (await site.calls()).length };
  };
  return { workspace, site, ctx, ask };
}

const tools = [
  {
    type: 'function' as const,
    name: 'lookup',
    inputSchema: { type: 'object' as const, properties: { q: { type: 'string' as const } } },
  },
];
