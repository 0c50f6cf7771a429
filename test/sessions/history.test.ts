import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextWindowOf } from '../../src/llm/index.ts';
import {
  contextOf,
  foldOf,
  type HistoryMessage,
  historyBudget,
  type Limits,
  type Load,
  type Summary,
  tokensOf,
  windowOf,
} from '../../src/runs/prompt/history.ts';
import { estimateTokens } from '../../src/shared/tokens.ts';

const load = fc.record({
  instructions: fc.nat(3000),
  question: fc.nat(2000),
  passages: fc.nat(4000),
  attachments: fc.nat(3200),
  facts: fc.nat(500),
}) satisfies fc.Arbitrary<Load>;

const limits = fc.record({
  window_tokens: fc.oneof(fc.constant(0), fc.integer({ min: 256, max: 20_000 })),
  summary: fc.boolean(),
  context_window: fc.option(fc.integer({ min: 1000, max: 200_000 })),
  max_output_tokens: fc.option(fc.integer({ min: 1, max: 8000 })),
}) satisfies fc.Arbitrary<Limits>;

/** The end of a branch, whose older part may not have been read. */
const branch = fc
  .record({
    texts: fc.array(
      fc.record({
        role: fc.constantFrom('user', 'assistant'),
        text: fc.string({ maxLength: 1500, unit: 'grapheme' }),
      }),
      {
        maxLength: 40,
      },
    ),
    unread: fc.nat(500),
  })
  .map(({ texts, unread }) =>
    texts.map(
      ({ role, text }, index): HistoryMessage => ({
        role: role as 'user',
        text,
        id: `msg_${unread + index + 1}`,
        depth: unread + index + 1,
      }),
    ),
  );

const coveredAt = (depth: number, tokens: number, id = `msg_${depth}`): Summary => ({
  version: 3,
  covers_message_id: id,
  covers_depth: depth,
  text: 'An older text.',
  tokens,
});

const totalOf = (messages: readonly HistoryMessage[]) => messages.at(-1)?.depth ?? 0;

describe('the window of history', () => {
  it('is the longest end of the branch that fits and begins with a user', () => {
    fc.assert(
      fc.property(branch, fc.nat(6000), (messages, budget) => {
        const window = windowOf(messages, budget);
        expect(window).toEqual(messages.slice(messages.length - window.length));
        expect(window.reduce((sum, message) => sum + tokensOf(message), 0)).toBeLessThanOrEqual(
          budget,
        );
        if (window.length > 0) expect(window[0]?.role).toBe('user');
        const longer = messages.findLastIndex(
          (message, index) => message.role === 'user' && index < messages.length - window.length,
        );
        if (longer >= 0)
          expect(
            messages.slice(longer).reduce((sum, message) => sum + tokensOf(message), 0),
          ).toBeGreaterThan(budget);
      }),
    );
  });

  it('leaves room for all other parts of the prompt', () => {
    fc.assert(
      fc.property(limits, load, (limit, weights) => {
        const budget = historyBudget(limit, weights);
        expect(budget).toBeGreaterThanOrEqual(0);
        expect(budget).toBeLessThanOrEqual(limit.window_tokens);
        if (limit.context_window === null || budget === 0) return;
        const others = Object.values(weights).reduce((sum, tokens) => sum + tokens, 0);
        expect(budget + others + (limit.max_output_tokens ?? 0)).toBeLessThanOrEqual(
          limit.context_window,
        );
      }),
    );
  });

  it('sends no message twice and counts every dropped message', () => {
    const covers = fc.nat(600);
    fc.assert(
      fc.property(
        branch,
        limits,
        load,
        covers,
        fc.nat(1200),
        fc.boolean(),
        (messages, limit, weights, depth, tokens, isOther) => {
          const summary =
            depth === 0
              ? null
              : coveredAt(depth, tokens, isOther ? 'msg_elsewhere' : `msg_${depth}`);
          const {
            messages: sent,
            context,
            summary: told,
          } = contextOf(messages, summary, limit, weights);
          const { included, summarized, omitted, first_message_id } = context.messages;
          expect(included + summarized + omitted).toBe(totalOf(messages));
          expect(Math.min(included, summarized, omitted)).toBeGreaterThanOrEqual(0);
          expect(sent.length).toBe(included);
          expect(sent.every((message) => (message.depth ?? 0) > summarized)).toBe(true);
          expect(first_message_id).toBe(sent[0]?.id ?? null);
          expect(told === null).toBe(context.summary === null);
          if (told === null) expect(summarized).toBe(0);
          expect(context.tokens.history + (context.summary?.tokens ?? 0)).toBeLessThanOrEqual(
            context.tokens.budget,
          );
        },
      ),
    );
  });

  it('omits a summary of another branch, disabled or larger than the available room', () => {
    const messages: HistoryMessage[] = [1, 2, 3, 4].map((depth) => ({
      role: depth % 2 === 1 ? 'user' : 'assistant',
      text: `message ${depth}`,
      id: `msg_${depth}`,
      depth,
    }));
    const limit = {
      window_tokens: 1000,
      summary: true,
      context_window: null,
      max_output_tokens: null,
    };
    const nothing = { instructions: 0, question: 0, passages: 0, attachments: 0, facts: 0 };
    const summarizedWith = (summary: Summary, more: Partial<Limits> = {}) =>
      contextOf(messages, summary, { ...limit, ...more }, nothing).context.messages.summarized;
    expect(summarizedWith(coveredAt(2, 10))).toBe(2);
    expect(summarizedWith(coveredAt(2, 10, 'msg_other'))).toBe(0);
    expect(summarizedWith(coveredAt(6, 10))).toBe(0);
    expect(summarizedWith(coveredAt(2, 10), { summary: false })).toBe(0);
    expect(summarizedWith(coveredAt(2, 2000))).toBe(0);
  });

  it('accepts history sent by the caller, which has no ids', () => {
    const messages: HistoryMessage[] = [
      { role: 'user', text: 'One?' },
      { role: 'assistant', text: 'One.' },
    ];
    const limit = {
      window_tokens: 1000,
      summary: true,
      context_window: null,
      max_output_tokens: null,
    };
    const { context } = contextOf(messages, null, limit, {
      instructions: 0,
      question: 1,
      passages: 0,
      attachments: 0,
      facts: 0,
    });
    expect(context.messages).toEqual({
      included: 2,
      summarized: 0,
      omitted: 0,
      first_message_id: null,
    });
  });
});

describe('folding', () => {
  it('starts once not everything fits, and leaves at most half of the budget verbatim', () => {
    fc.assert(
      fc.property(
        branch,
        fc.nat(600),
        fc.integer({ min: 1, max: 8000 }),
        (messages, depth, budget) => {
          const covered = Math.min(depth, totalOf(messages));
          const loose = messages.filter((message) => (message.depth ?? 0) > covered);
          const tokens = loose.reduce((sum, message) => sum + tokensOf(message), 0);
          const last = foldOf(messages, covered, budget);
          const isAllThere = loose.length === totalOf(messages) - covered;
          if (isAllThere && tokens <= budget) return void expect(last).toBeNull();
          if (last === null) return void expect(loose.length).toBeLessThanOrEqual(2);
          expect(last.depth).toBeGreaterThan(covered);
          const kept = loose.filter((message) => (message.depth ?? 0) > last.depth);
          expect(kept.reduce((sum, message) => sum + tokensOf(message), 0)).toBeLessThanOrEqual(
            budget,
          );
          if (kept.length > 2)
            expect(kept.reduce((sum, message) => sum + tokensOf(message), 0)).toBeLessThanOrEqual(
              budget / 2,
            );
          return void expect(last.id).toBe(`msg_${last.depth}`);
        },
      ),
    );
  });

  it('does not happen every turn', () => {
    const said =
      'A sentence of the usual length that somebody writes in a chat about a coffee machine. '.repeat(
        3,
      );
    const messages: HistoryMessage[] = [];
    let covered = 0;
    let folds = 0;
    for (let turn = 1; turn <= 100; turn += 1) {
      messages.push({ role: 'user', text: said, id: `msg_${2 * turn - 1}`, depth: 2 * turn - 1 });
      messages.push({ role: 'assistant', text: said, id: `msg_${2 * turn}`, depth: 2 * turn });
      const last = foldOf(messages.slice(-60), covered, 2000);
      if (last === null) continue;
      covered = last.depth;
      folds += 1;
    }
    expect(folds).toBeGreaterThan(5);
    expect(folds).toBeLessThan(20);
  });
});

describe('counting', () => {
  it('estimates by script', () => {
    expect(estimateTokens('a'.repeat(400))).toBe(100);
    expect(estimateTokens('Гарантия действует')).toBe(8);
    expect(estimateTokens('保修期是三十个月')).toBe(8);
  });

  it('knows the context of models of the price table, also by their dated names', async () => {
    expect(await contextWindowOf('openai/gpt-4o')).toBe(128_000);
    expect(await contextWindowOf('openai/gpt-4o-2024-08-06')).toBe(128_000);
    expect(await contextWindowOf('anthropic/claude-sonnet-4-5')).toBe(200_000);
    for (const unknown of [
      'builtin/extractive',
      'openai/nobody-knows',
      'openai-compatible/llama3',
      'nobody/none',
      'none',
    ]) {
      expect(await contextWindowOf(unknown)).toBeNull();
    }
  });
});
