import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { type Chat, newChat, readFrames, textOf } from '../support/chat.ts';
import type { Fault, Round } from '../support/provider/script.ts';

const words = ['Hel', 'lo ', 'Zü', 'rich ', '🌧', ' there'];
const whole = words.join('');
const good: Round = { text: words, usage: { input_tokens: 10, output_tokens: 6 } };

/** The stored rows of the only run: its end, its text, its billed usage. */
async function recordOf({ workspace, session }: Chat) {
  const usage = await env.DB.prepare(
    "select status, input_tokens, output_tokens, is_estimated from usage where workspace_id = ? and operation = 'answer' order by call_key",
  )
    .bind(workspace.id)
    .all<{
      status: string;
      input_tokens: number | null;
      output_tokens: number | null;
      is_estimated: number;
    }>();
  const { data } = (await workspace.get(`/sessions/${session}/messages`)).body;
  const { results: runs } = await env.DB.prepare(
    'select status, error_code from runs where workspace_id = ?',
  )
    .bind(workspace.id)
    .all();
  return {
    usage: usage.results,
    text: data[0].role === 'assistant' ? data[0].text : null,
    run: runs[0],
  };
}

interface Expected {
  /** The response to a caller that waits for the answer. */
  readonly status: number;
  readonly code?: string;
  readonly retry_after?: string;
  /** Usage rows: one for each attempt that reached the provider and may have a cost. */
  readonly billed: readonly { readonly status: string; readonly is_estimated: 0 | 1 }[];
}

const ok = { status: 200, billed: [{ status: 'ok', is_estimated: 0 }] } as const;

/**
 * Before the first output: the status of the answer. `then` is the provider's response to a retry.
 */
const table: readonly (readonly [
  name: string,
  fault: Fault,
  then: Round | null,
  expected: Expected,
])[] = [
  [
    '401',
    { kind: 'status', status: 401 },
    null,
    { status: 424, code: 'provider_auth', billed: [{ status: 'error', is_estimated: 0 }] },
  ],
  [
    '429 with Retry-After',
    { kind: 'status', status: 429, retry_after: '120' },
    null,
    {
      status: 429,
      code: 'rate_limited',
      retry_after: '120',
      billed: [{ status: 'error', is_estimated: 0 }],
    },
  ],
  [
    '500, then an answer',
    { kind: 'status', status: 500 },
    good,
    { status: 200, billed: [{ status: 'error', is_estimated: 0 }, ...ok.billed] },
  ],
  ['a drip', { kind: 'drip', bytes: 7, ms: 0 }, null, ok],
  ['UTF-8 split at every byte', { kind: 'drip', bytes: 1, ms: 0 }, null, ok],
  ['CRLF', { kind: 'crlf' }, null, ok],
  ['a byte order mark', { kind: 'bom' }, null, ok],
  [
    'missing usage',
    { kind: 'missing-usage' },
    null,
    { status: 200, billed: [{ status: 'ok', is_estimated: 1 }] },
  ],
];

describe('a fault of the provider', () => {
  it.each(table)('%s has its documented result (R49)', async (_name, fault, then, expected) => {
    const rounds = [{ ...good, fault }, ...(then === null ? [] : [then])];
    for (const isStream of [false, true]) {
      const chat = await newChat({ rounds });
      const answer = isStream
        ? await chat.stream({ message: 'Hello?' })
        : await chat.send({ message: 'Hello?' });
      expect(answer.status).toBe(expected.status);
      expect(answer.headers.get('retry-after')).toBe(expected.retry_after ?? null);
      const isAnswered = expected.status === 200;
      if (answer instanceof Response) {
        if (isAnswered) expect(textOf(await readFrames(answer))).toBe(whole);
        else expect(await answer.json()).toMatchObject({ code: expected.code });
      } else
        expect(isAnswered ? answer.body.text : answer.body.code).toBe(
          isAnswered ? whole : expected.code,
        );
      const { usage, text, run } = await recordOf(chat);
      expect(usage.map(({ status, is_estimated }) => ({ status, is_estimated }))).toEqual(
        expected.billed,
      );
      expect([text, run?.status, run?.error_code]).toEqual(
        isAnswered ? [whole, 'completed', null] : [null, 'failed', expected.code],
      );
      // A refusal has no usage; an answer has at least the reported usage.
      for (const { status, input_tokens, output_tokens } of usage) {
        expect([input_tokens, output_tokens]).toEqual(
          status === 'error' ? [0, 0] : [expect.any(Number), expect.any(Number)],
        );
      }
    }
  });

  const late = ['cut', 'reset-after', 'garbage', 'error-event'] as const;
  // An opening event, then one for each word, then the end and the usage.
  const positions = Array.from({ length: words.length + 2 }, (_, index) => index);
  it.each(late)(
    '%s at each event keeps the text so far and reports the failure in the stream',
    async (kind) => {
      for (const events of positions) {
        const chat = await newChat({
          rounds: [{ ...good, fault: { kind, events } }, good, good],
          repeat: true,
        });
        const response = await chat.stream({ message: 'Hello?' });
        expect([200, 502]).toContain(response.status);
        const frames = response.status === 200 ? await readFrames(response) : [];
        const { usage, text, run } = await recordOf(chat);
        const said = textOf(frames);
        const told = JSON.stringify({ kind, events, said, run, usage });
        expect(text ?? '', told).toBe(said);
        const last = frames.at(-1)?.data;
        if (run?.status === 'completed') {
          expect([said, last.type], told).toEqual([whole, 'finish']);
        } else {
          expect(whole.startsWith(said), told).toBe(true);
          // A response that cannot be read is not retried: without earlier output, no stream
          // begins.
          if (response.status === 502) expect([kind, said], told).toEqual(['garbage', '']);
          else
            expect(last, told).toMatchObject({
              type: 'error',
              errorText: expect.stringMatching(/^provider_error: /),
            });
        }
        // Every attempt with output is billed once, by reported or estimated usage.
        for (const row of usage.filter(({ status }) => status === 'error'))
          expect(row.is_estimated === 1 || row.output_tokens !== 6, told).toBe(true);
        expect(usage.filter(({ status }) => status === 'ok').length, told).toBe(
          run?.status === 'completed' ? 1 : 0,
        );
      }
    },
  );

  it('a silent model is stopped by the time limit of the run, with its text so far', async () => {
    const chat = await newChat(
      { rounds: [{ ...good, fault: { kind: 'stall', events: 4 } }] },
      { config: { limits: { seconds: 1 } } },
    );
    const answer = await chat.send({ message: 'Hello?' });
    expect([
      answer.status,
      answer.body.run.status,
      answer.body.finish_reason ?? answer.body.run.finish_reason,
    ]).toEqual([200, 'limit_exceeded', 'limit_exceeded']);
    expect(whole.startsWith(answer.body.text)).toBe(true);
    const { usage } = await recordOf(chat);
    expect(usage).toMatchObject([{ status: 'aborted', is_estimated: 1 }]);
    expect(usage[0]?.output_tokens).toBeLessThanOrEqual(6);
  });
});
