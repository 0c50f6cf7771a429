import { z } from '@hono/zod-openapi';
import { toolSources, turnGaps, turnStates } from '../../db/schema/replays.ts';
import { coverages } from '../../db/schema/runs.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id } from '../../http/schema.ts';
import { turnFilters } from './store.ts';

export const TurnsQuery = z.strictObject({
  ...pageQuery,
  filter: z
    .enum(turnFilters)
    .optional()
    .describe('Only turns with another answer, a worse one, missing tool results, or a failure'),
});
export type TurnsQuery = z.output<typeof TurnsQuery>;

const side = {
  status: z.string().nullable(),
  answer: z.string().nullable(),
  citations: z.array(z.record(z.string(), z.unknown())),
  latency_ms: z.number().nullable(),
  cost_usd: z.number().nullable(),
  confidence: z.number().nullable(),
  coverage: z.enum(coverages).nullable(),
};

export const ReplayTurn = z
  .object({
    source_run_id: Id('run').describe('The run of the original turn'),
    session_id: z.string().nullable(),
    message_id: z.string().nullable().describe('The original answer'),
    state: z.enum(turnStates),
    question: z
      .string()
      .nullable()
      .describe('null for callers who may not read messages, as are all texts'),
    original: z.object({ ...side, version_id: Id('ver'), tools: z.array(z.string()) }),
    replay: z.object({
      ...side,
      run_id: z.string().nullable().describe('The run with its trace, for as long as it is kept'),
      first_token_ms: z.number().nullable(),
      tools: z.array(
        z.object({
          name: z.string(),
          source: z
            .enum(toolSources)
            .describe(
              '`recorded`: the result of the original; `computed`: at the time of the original; `live`: searched in the knowledge; `simulated` or `missed`: the original has no such call',
            ),
          is_cut: z.boolean().describe('The record has only the beginning of the result'),
        }),
      ),
      error: z.object({ code: z.string(), detail: z.string().nullable() }).nullable(),
    }),
    misses: z.int().nullable(),
    gaps: z
      .array(z.enum(turnGaps))
      .describe(
        '`tool_results`: the original was not recorded, since content logging was off; `missing_tools`: it called tools that the version does not have; `attachments`: files are gone; `older_messages`: the conversation was summarized, or does not fit',
      ),
    is_changed: z.boolean().nullable(),
    is_worse: z.boolean().nullable(),
    preference: z.enum(['original', 'replay', 'tie']).nullable(),
    preference_reason: z.string().nullable(),
    diff: z
      .array(z.object({ type: z.enum(['same', 'removed', 'added']), text: z.string() }))
      .nullable()
      .describe('The answers word by word, in the order of the new one; null for equal ones'),
  })
  .openapi('ReplayTurn');
export type ReplayTurn = z.output<typeof ReplayTurn>;
