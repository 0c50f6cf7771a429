import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { playScript, type ScriptedProvider } from '../support/provider/client.ts';
import { conversation, listen, read, reply, type Said } from '../support/provider/conversation.ts';
import { languages } from '../support/provider/languages.ts';
import { type Fault, whole } from '../support/provider/script.ts';

const question: LanguageModelV4Message[] = [
  { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
];
const schema = { type: 'object' as const };
const tools: LanguageModelV4CallOptions['tools'] = [
  { type: 'function', name: 'weather', inputSchema: schema },
  { type: 'function', name: 'clock', inputSchema: schema },
];

const open = (name: string, provider: ScriptedProvider) => {
  const language = languages[name];
  if (language === undefined) throw new Error(`There is no ${name}.`);
  return language(provider);
};

/** The scripted answers, in the form that `listen` returns. */
const expected = (name: string): Said[] =>
  conversation.rounds.map(({ text, reasoning, tool_calls, usage }) => ({
    text: whole(text),
    // OpenAI's chat completions do not contain reasoning.
    reasoning: name === 'openai chat' ? '' : whole(reasoning),
    tool_calls: (tool_calls ?? []).map(({ id, name: tool, arguments: input }) => ({
      id,
      name: tool,
      input,
    })),
    finish: tool_calls === undefined ? 'stop' : 'tool-calls',
    usage: {
      input: usage?.input_tokens,
      cache_read: usage?.cache_read_tokens,
      output: usage?.output_tokens,
    },
    errors: [],
  }));

describe.each(Object.keys(languages))('the fake of %s, read by its provider package', (name) => {
  it('serves a conversation of three steps with parallel tool calls', async () => {
    const provider = await playScript(conversation);
    const model = open(name, provider);
    const said: Said[] = [];
    let prompt = question;
    for (const _ of conversation.rounds) {
      const { stream } = await model.doStream({ prompt, tools });
      const step = await listen(stream);
      said.push(step);
      prompt = reply(prompt, step);
    }
    expect(said).toEqual(expected(name));
    const [, second, third] = await provider.requests();
    expect(JSON.stringify(second?.body)).toContain('result of call_paris');
    expect(JSON.stringify(third?.body)).toContain('result of call_clock');
    expect(JSON.stringify(third?.headers)).toContain(provider.api_key);
  });

  it('returns the same answer without a stream', async () => {
    const model = open(name, await playScript(conversation));
    for (const { text, reasoning, tool_calls, finish, usage } of expected(name)) {
      const answer = await model.doGenerate({ prompt: question, tools });
      expect(read(answer.content)).toEqual({ text, reasoning, tool_calls });
      expect(answer.finishReason.unified).toBe(finish);
      expect(answer.usage.inputTokens.total).toBe(usage.input);
      expect(answer.usage.outputTokens.total).toBe(usage.output);
    }
  });

  it.each<Fault>([
    { kind: 'crlf' },
    { kind: 'bom' },
    { kind: 'gzip' },
    { kind: 'slow-headers', ms: 50 },
    { kind: 'drip', bytes: 1, ms: 0 },
  ])('says the same through %o', async (fault) => {
    const model = open(
      name,
      await playScript({ rounds: [{ text: ['Zürich 🌧', ' Übel'], fault }] }),
    );
    const { stream } = await model.doStream({ prompt: question });
    expect(await listen(stream)).toMatchObject({
      text: 'Zürich 🌧 Übel',
      finish: 'stop',
      errors: [],
    });
  });

  it.each([401, 403, 429, 500, 529])('fails with %i like its service', async (status) => {
    const provider = await playScript({
      rounds: [{ fault: { kind: 'status', status, retry_after: '7' } }],
    });
    const failure = await open(name, provider)
      .doStream({ prompt: question })
      .then(
        () => null,
        (error) => error,
      );
    expect(failure).toMatchObject({
      statusCode: status,
      message: expect.stringContaining(`${status}`),
    });
    expect(failure.responseHeaders['retry-after']).toBe('7');
  });

  it('does not appear finished when it is cut off', async () => {
    const rounds = (fault: Fault) => [
      { text: ['a', 'b', 'c'], usage: { input_tokens: 1, output_tokens: 3 }, fault },
    ];
    // The last events: the one that marks the end, and those after it.
    for (const kind of ['cut', 'reset-after'] as const) {
      for (const events of [0, 1, 2, 3]) {
        const model = open(name, await playScript({ rounds: rounds({ kind, events }) }));
        const finish = await model.doStream({ prompt: question }).then(
          async ({ stream }) => {
            const said = await listen(stream).catch(() => null);
            return said === null || said.errors.length > 0 ? 'error' : said.finish;
          },
          () => 'error',
        );
        expect(['interrupted', 'error', null], `${kind} after ${events}`).toContain(finish);
      }
    }
  });
});

describe('the scripted provider', () => {
  it('embeds texts with common words near each other', async () => {
    const provider = await playScript({ rounds: [] });
    const model = createOpenAI({
      apiKey: provider.api_key,
      baseURL: provider.base_url.openai,
    }).embedding('text-embedding-3-small');
    const { embeddings, usage } = await model.doEmbed({
      values: ['the red house', 'a red house', 'quarterly tax return'],
    });
    const [one = [], two = [], three = []] = embeddings;
    const near = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
    expect(near(one, one)).toBeCloseTo(1, 3);
    expect(near(one, two)).toBeGreaterThan(near(one, three));
    expect(usage?.tokens).toBeGreaterThan(0);
  });

  it('is selected by key at the real addresses and rejects an unknown key', async () => {
    const provider = await playScript({ rounds: [{ text: ['hello'] }] });
    const model = (apiKey: string) => createOpenAI({ apiKey }).chat('scripted');
    const { stream } = await model(provider.api_key).doStream({ prompt: question });
    expect((await listen(stream)).text).toBe('hello');
    await expect(model('sk-unknown').doStream({ prompt: question })).rejects.toMatchObject({
      statusCode: 401,
    });
    expect((await provider.requests()).map(({ url }) => url)).toEqual([
      'https://api.openai.com/v1/chat/completions',
    ]);
  });

  it('fails after its last scripted answer', async () => {
    const provider = await playScript({ rounds: [] });
    await expect(open('anthropic', provider).doStream({ prompt: question })).rejects.toMatchObject({
      statusCode: 400,
    });
    expect((await provider.unexpected()).map(({ url }) => url)).toContain(
      `${provider.base_url.anthropic}/messages`,
    );
  });

  it('detects a client that disconnects', async () => {
    const provider = await playScript({
      rounds: [{ text: ['a'], fault: { kind: 'stall', events: 2 } }],
    });
    const stop = new AbortController();
    const { stream } = await open('openai chat', provider).doStream({
      prompt: question,
      abortSignal: stop.signal,
    });
    setTimeout(() => stop.abort(), 50);
    await expect(listen(stream)).rejects.toThrow();
    await expect.poll(async () => (await provider.requests())[0]?.aborted).toBe(true);
  });
});
