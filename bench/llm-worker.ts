// The worker of `npm run bench:llm`: makes a model call in four ways. No other module imports it.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { streamText } from 'ai';
import { provider_credentials } from '../src/db/schema/models.ts';
import { streamModelCall } from '../src/llm/index.ts';
import { openPlatform } from '../src/platform/cloudflare.ts';
import type { Ctx } from '../src/platform/context.ts';
import { newId } from '../src/shared/id.ts';

/** Makes one call and returns the number of characters received. */
type Way = (base_url: string, ctx: Ctx) => Promise<number>;

const question = 'How does it work?';
const prompt: LanguageModelV4CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: question }] },
];
const modelAt = (baseURL: string) =>
  createOpenAICompatible({ name: 'scripted', baseURL, includeUsage: true })('scripted');

const ways: Readonly<Record<string, Way>> = {
  /** Without a client: the text of the stream, not parsed. */
  async fetch(base_url) {
    const body = JSON.stringify({
      model: 'scripted',
      stream: true,
      messages: [{ role: 'user', content: question }],
    });
    const response = await fetch(`${base_url}/chat/completions`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    let length = 0;
    if (response.body !== null)
      for await (const text of response.body.pipeThrough(new TextDecoderStream()))
        length += text.length;
    return length;
  },

  async doStream(base_url) {
    let length = 0;
    const { stream } = await modelAt(base_url).doStream({ prompt });
    // The cheapest way to read a stream; `for await` is slower.
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (next.value.type === 'text-delta') length += next.value.delta.length;
    }
    return length;
  },

  async streamModelCall(_, ctx) {
    const models = ['openai-compatible/scripted'];
    const call = {
      models,
      operation: 'answer',
      call_key: newId('run'),
      options: { prompt },
      signal: new AbortController().signal,
    };
    let length = 0;
    const events = streamModelCall(ctx, call);
    for (let next = await events.next(); ; next = await events.next()) {
      if (next.done === true) {
        if (next.value.failure !== null) throw next.value.failure;
        return length;
      }
      if (next.value.type === 'text') length += next.value.delta.length;
    }
  },

  async streamText(base_url) {
    let length = 0;
    const { fullStream } = streamText({ model: modelAt(base_url), prompt: question });
    for await (const part of fullStream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'text-delta') length += part.text.length;
    }
    return length;
  },
};

/** The workspace's own server, so that a step resolves its credential as in production. */
const configure = ({ db, now, workspace_id }: Ctx, base_url: string) =>
  db.insert(provider_credentials).values({
    workspace_id,
    provider: 'openai-compatible',
    base_url,
    created_at: now(),
    updated_at: now(),
  });

export * from './objects.ts';

export default {
  async fetch(request, env, execution) {
    const { searchParams } = new URL(request.url);
    const platform = openPlatform(env, execution, { request_id: newId('req') });
    const ctx = platform.context({
      workspace_id: searchParams.get('workspace') ?? '',
      actor: { type: 'system', name: 'bench' },
    });
    const base_url = searchParams.get('base_url') ?? '';
    const way = ways[searchParams.get('way') ?? ''];
    if (way === undefined) {
      await configure(ctx, base_url);
      return Response.json(Object.keys(ways));
    }
    let characters = 0;
    for (let calls = Number(searchParams.get('calls')); calls > 0; calls -= 1)
      characters += await way(base_url, ctx);
    return Response.json(characters);
  },
} satisfies ExportedHandler<Env>;
