import { z } from '@hono/zod-openapi';
import { coverages, runStatuses } from '../../db/schema/runs.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { GeneratedFile, toGeneratedFile } from '../../tools/index.ts';
import type { RunRow } from '../store/runs.ts';
import { RequiredAction } from './required-action.ts';

const Usage = z
  .object({
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
    cache_read_tokens: z
      .int()
      .nullable()
      .describe('Included in the input tokens; null when the provider did not report it'),
    reasoning_tokens: z
      .int()
      .nullable()
      .describe('Included in the output tokens; null when the provider did not report it'),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
  })
  .openapi('Usage');

const RunContext = z
  .object({
    messages: z
      .object({
        included: z.int().describe('Number of messages sent verbatim, the newest of the branch'),
        summarized: z.int().describe('Number of messages covered by the summary'),
        omitted: z.int().describe('Number of messages neither sent nor summarized'),
        first_message_id: z.string().nullable().describe('The oldest message that was sent'),
      })
      .describe('Messages before the question; the three counts add up to their number'),
    summary: z
      .object({
        version: z.int(),
        covers_message_id: z.string().describe('The last message that it covers'),
        tokens: z.int(),
      })
      .nullable(),
    memories: z
      .array(z.string())
      .describe('Ids of the remembered facts about the end user that were sent'),
    attachments: z.array(
      z.object({
        id: z.string(),
        included: z.enum(['whole', 'passages', 'image', 'none']),
        tokens: z.int(),
        reason: z
          .enum(['budget', 'too_many_images', 'images_unsupported', 'gone'])
          .nullable()
          .describe('Reason why it was not sent'),
      }),
    ),
    tokens: z
      .object({
        instructions: z.int(),
        question: z.int(),
        passages: z.int(),
        attachments: z.int(),
        facts: z.int(),
        history: z.int(),
        budget: z.int().describe('Tokens available for history and summary'),
      })
      .describe('Estimated'),
  })
  .openapi('RunContext');

/** The experiment that chose the version of a run, by ids. */
export const RunExperiment = z
  .object({ id: Id('exp'), variant: Id('var') })
  .nullable()
  .describe('The experiment that chose the version, and the variant; null without one');

export const toRunExperiment = ({
  experiment_id,
  variant_id,
}: Pick<RunRow, 'experiment_id' | 'variant_id'>): z.output<typeof RunExperiment> =>
  experiment_id === null || variant_id === null ? null : { id: experiment_id, variant: variant_id };

export const Run = z
  .object({
    id: Id('run'),
    session_id: z.string().nullable().describe('null for a run without a session'),
    agent_id: Id('agt'),
    version_id: Id('ver'),
    experiment: RunExperiment,
    is_preview: z
      .boolean()
      .describe(
        'True for a run of a draft; `version_id` is then the version that the draft was merged into',
      ),
    status: z
      .enum(runStatuses)
      .describe(
        '`requires_action`: the run waits for its `required_actions`; `expired`: they were not submitted in time',
      ),
    required_actions: z
      .array(RequiredAction)
      .nullable()
      .describe(
        'Actions that a waiting run requires; submit them with `POST /runs/{run}/actions`. Otherwise null',
      ),
    expires_at: Time.nullable().describe(
      'Time at which a waiting run ends as `expired`; otherwise null',
    ),
    finish_reason: z.string().nullable().openapi({ example: 'stop' }),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    confidence: z
      .number()
      .nullable()
      .describe(
        'Estimated probability that the documents answer the question, from 0 to 1; null without knowledge',
      ),
    coverage: z
      .enum(coverages)
      .nullable()
      .describe(
        '`none`: the documents do not seem to hold the answer, and none of them was cited. Null without knowledge',
      ),
    untrusted_sources: z
      .array(z.string())
      .describe(
        'Sources of the content of third parties that the model has read: `documents`, `attachments`, `history` for answers that the caller sent, or names of tools',
      )
      .openapi({ example: ['documents'] }),
    files: z.array(GeneratedFile).describe('Files that code has written for the answer'),
    context: RunContext.nullable().describe(
      'The context of the model; null when no model was called',
    ),
    downgrade: z
      .object({
        budget_id: Id('bud'),
        model: z.string().nullable(),
        max_output_tokens: z.int().nullable(),
      })
      .nullable()
      .describe(
        'The model and output limit to which a nearly exhausted budget downgraded the run; null for no downgrade',
      ),
    usage: Usage,
    first_token_ms: z.int().nullable(),
    latency_ms: z
      .int()
      .nullable()
      .describe('Duration from start to end, excluding the time that the run waited'),
    waited_ms: z
      .int()
      .describe('Time that the run waited for required actions, until it was last resumed'),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .openapi('Run');
export type Run = z.output<typeof Run>;

/** The downgrade by a budget is stored beside the context of the model. */
function contextOfRun({ context }: RunRow): Pick<Run, 'context' | 'downgrade'> {
  if (context === null) return { context: null, downgrade: null };
  const { downgrade = null, tokens, ...given } = context;
  return {
    // Runs before attachments and memories existed have none.
    context: {
      ...{ attachments: [], memories: [], ...given },
      tokens: { facts: 0, ...(tokens as object) },
    } as unknown as Run['context'],
    downgrade: downgrade as Run['downgrade'],
  };
}

export const toRun = (row: RunRow): Run => ({
  id: row.id,
  session_id: row.session_id,
  agent_id: row.agent_id,
  version_id: row.version_id,
  experiment: toRunExperiment(row),
  is_preview: row.is_preview,
  status: row.status,
  required_actions: row.status === 'requires_action' ? row.required_actions : null,
  expires_at: row.status === 'requires_action' ? toWireTimeOrNull(row.expires_at) : null,
  finish_reason: row.finish_reason,
  error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? '' },
  confidence: row.confidence,
  coverage: row.coverage,
  untrusted_sources: row.untrusted ?? [],
  files: (row.generated_files ?? []).map(toGeneratedFile),
  ...contextOfRun(row),
  usage: {
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cache_read_tokens: row.cache_read_tokens,
    reasoning_tokens: row.reasoning_tokens,
    cost_usd: toWireUsd(row.cost_nano_usd),
  },
  first_token_ms: row.first_token_ms,
  latency_ms: row.latency_ms,
  waited_ms: row.waited_ms,
  created_at: toWireTime(row.created_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});
