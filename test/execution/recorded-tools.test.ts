import { describe, expect, it } from 'vitest';
import { answerFromRecord, type RecordedCall, sourceOfCall } from '../../src/execution/index.ts';
import type { Tool } from '../../src/execution/tool.ts';
import type { Ctx } from '../../src/platform/context.ts';

const ran: unknown[] = [];
const tool = (name: string, fields: Partial<Tool> = {}): Tool => ({
  ...{ name, description: '', input_schema: {}, effect: 'read', revision: 1 },
  run: async ({ now }, { input }) => {
    ran.push(input);
    return { ok: true, output: { at: now() } };
  },
  ...fields,
});
const recorded = (name: string, input: unknown, output: unknown, error: string | null = null) =>
  ({ name, input, output, error }) satisfies RecordedCall;

const calls = [
  recorded('lookup', { a: 1, b: [2, { c: '日本' }] }, 'first'),
  recorded('lookup', { b: [2, { c: '日本' }], a: 1 }, 'second'),
  recorded('lookup', { a: 2 }, null, 'No such order.'),
  recorded('lookup', null, null),
  recorded('lookup', { cut: '{"a', characters: 30_000 }, 'of long arguments'),
  recorded('fetch_url', { url: 'https://a.example' }, { cut: '{"url"', characters: 40_000 }),
  recorded(
    'web_search',
    { query: 'x' },
    { results: [{ url: 'https://b.example', title: 'B' }, null, 7] },
  ),
];
const record = { at: 1000, calls, simulates_effects: false };
const context = { now: () => 5 } as Ctx;

/** Calls a tool of a replay, with the loop's context left out: recorded tools do not read it. */
const callOf = (tools: readonly Tool[]) => async (name: string, input: unknown) =>
  tools.find((one) => one.name === name)?.run(context, { input } as Parameters<Tool['run']>[1]);

describe('tools that answer from the record', () => {
  it('give each recorded result in its order, and the last one again, whatever the order of keys', async () => {
    const call = callOf(answerFromRecord([tool('lookup')], record));
    const given = { b: [2, { c: '日本' }], a: 1 };
    const results = [
      await call('lookup', given),
      await call('lookup', given),
      await call('lookup', given),
    ];
    expect(results).toMatchObject([
      { output: 'first' },
      { output: 'second' },
      { output: 'second' },
    ]);
    expect(await call('lookup', { a: 2 })).toEqual({ ok: false, error: 'No such order.' });
    for (const input of [{ a: 3 }, { a: '1' }, {}, null, { cut: '{"a', characters: 30_000 }])
      expect(await call('lookup', input)).toMatchObject({
        ok: false,
        error: expect.stringContaining('not called with'),
      });
    expect(ran).toEqual([]);
  });

  it('have neither effect nor hosts, so that no call waits or leaves', () => {
    const [wrapped] = answerFromRecord(
      [tool('delete', { effect: 'destructive', hostsOf: () => ['a.example'], opens: () => 'x' })],
      record,
    );
    expect(wrapped).toMatchObject({ name: 'delete', effect: 'read' });
    expect(wrapped?.hostsOf ?? wrapped?.opens).toBeUndefined();
  });

  it('compute at the time of the record, and search the knowledge', async () => {
    const call = callOf(answerFromRecord([tool('current_time'), tool('knowledge_search')], record));
    expect(await call('current_time', {})).toEqual({ ok: true, output: { at: 1000 } });
    expect(await call('knowledge_search', {})).toEqual({ ok: true, output: { at: 5 } });
  });

  it('say when the record has only the beginning, and give pages that can be cited', async () => {
    const call = callOf(answerFromRecord([tool('fetch_url'), tool('web_search')], record));
    expect(await call('fetch_url', { url: 'https://a.example' })).toMatchObject({
      output: { beginning: '{"url"', note: expect.stringContaining('beginning') },
    });
    expect(await call('web_search', { query: 'x' })).toMatchObject({
      sources: [{ type: 'url', url: 'https://b.example', title: 'B', text: 'B' }],
    });
  });

  it('simulate a change that the record does not have, if asked to', async () => {
    const shadow = { ...record, simulates_effects: true };
    const call = callOf(
      answerFromRecord([tool('pay', { effect: 'write' }), tool('lookup')], shadow),
    );
    expect(await call('pay', {})).toMatchObject({ ok: true, output: { simulated: true } });
    expect(await call('lookup', { a: 9 })).toMatchObject({ ok: false });
    const made = recorded('pay', {}, { simulated: true });
    expect(sourceOfCall(made, shadow).source).toBe('simulated');
    expect(sourceOfCall(made, record).source).toBe('missed');
    expect(sourceOfCall(recorded('fetch_url', { url: 'https://a.example' }, {}), record)).toEqual({
      ...{ source: 'recorded', is_cut: true },
    });
  });
});
