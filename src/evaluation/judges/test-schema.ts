import { z } from '@hono/zod-openapi';
import { toWireUsd } from '../../shared/money.ts';
import type { CaseContent } from '../datasets/case.ts';
import type { Observed } from '../scorers/observed.ts';
import type { Judgement } from './judge-answer.ts';

const Text = z.string().trim().min(1).max(32_000);

export const TestJudge = z
  .strictObject({
    input: Text.describe('The question'),
    answer: z.string().max(32_000),
    conversation: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: Text }))
      .max(50)
      .default([])
      .describe('The messages before, oldest first'),
    expected: z
      .strictObject({ answer: Text, facts: z.array(Text).max(50), refuses: z.boolean() })
      .partial()
      .default({})
      .describe('What the answer should say'),
    passages: z
      .array(z.string().min(1).max(8000))
      .max(20)
      .default([])
      .describe('What the agent had read; judges see the first 10'),
  })
  .openapi('TestJudge', {
    example: {
      input: 'How many days of leave do I have?',
      answer: 'You have 25 days of leave a year.',
      expected: { facts: ['25 days'] },
    } as never,
  });
export type TestJudge = z.output<typeof TestJudge>;

const score = z.number().min(0).max(1);

export const JudgeTest = z
  .object({
    score: score.describe('The median of the samples, from 0 to 1'),
    passed: z.boolean(),
    reason: z.string(),
    samples: z.array(
      z.object({
        raw: z
          .union([z.number(), z.enum(['pass', 'fail'])])
          .describe('The score in the scale of the judge'),
        score,
        reason: z.string(),
      }),
    ),
    agreement: z
      .number()
      .nullable()
      .describe('Share of the samples that pass or fail like their median; null for one sample'),
    model: z.string(),
    revision: z.int(),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
  })
  .openapi('JudgeTest');
export type JudgeTest = z.output<typeof JudgeTest>;

export const toContent = ({ input, conversation, expected }: TestJudge): CaseContent => ({
  ...{ input, conversation, expected },
  tags: [],
});

/** An answer that no run has given. */
export const toObserved = ({ answer, passages }: TestJudge): Observed => ({
  answer,
  refused: false,
  citations: [],
  passages: passages.map((text) => ({ file_id: '', chunk_id: '', text, page: null, score: 0 })),
  tool_calls: [],
  ...{ latency_ms: null, first_token_ms: null, cost_nano_usd: null },
  ...{ status: 'completed', error_code: null },
});

export const toJudgeTest = (
  { samples, reason, agreement, judge, cost_nano_usd }: Judgement,
  judged: number,
  threshold: number,
): JudgeTest => ({
  score: judged,
  passed: judged >= threshold,
  ...{ reason, agreement },
  samples: [...samples],
  model: judge.model,
  revision: judge.revision ?? 0,
  cost_usd: toWireUsd(cost_nano_usd),
});
