import { z } from '@hono/zod-openapi';
import { Id, Metadata, Time } from '../../http/schema.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime } from '../../shared/time.ts';
import type { SpanRow } from '../store/spans.ts';
import { Inputs } from './request.ts';
import { Run } from './run.ts';

const stepFields = {
  id: Id('step'),
  ordinal: z.int(),
  parent_id: z
    .string()
    .nullable()
    .describe(
      'Id of the tool call step that called the delegate agent; null for steps of the run’s own agent',
    ),
  agent_id: z.string().nullable().describe('The delegate agent; null for the run’s own agent'),
  name: z.string(),
  input: z.unknown().describe('null for a role without access to messages'),
  output: z.unknown().describe('null for a role without access to messages'),
  error: z.string().nullable(),
  cost_usd: z.number().nullable(),
  started_at: Time,
  latency_ms: z.int(),
};

/** Describes input and output of a search. */
const searched =
  'A search of the agent’s knowledge. `input.queries` are the words that were searched for; `output.hits` are the chunks found with their ' +
  'ranks and scores, and `output.passages` are their texts, at most 800 characters each, with file, page and offsets';

const stepOf = <Type extends string>(type: Type, name: string, description: string) =>
  z.object({ type: z.literal(type), ...stepFields }).openapi(name, { description });

export const RunStep = z
  .discriminatedUnion('type', [
    stepOf('retrieval', 'RetrievalStep', searched),
    stepOf('model', 'ModelStep', 'A call of a model; `name` is the model'),
    stepOf('tool', 'ToolStep', 'A call of a tool; `name` is the tool'),
  ])
  .openapi('RunStep');

export const RunWithSteps = Run.extend({
  end_user_id: z.string().nullable(),
  inputs: Inputs.describe(
    'Form values of the session or, without one, of the run, like `metadata`. Empty for a role without access to messages',
  ),
  metadata: Metadata,
  question_id: z
    .string()
    .nullable()
    .describe('Id of the message that the run answers; null once it is erased'),
  answer_id: z.string().nullable().describe('Id of the answer; null as long as there is none'),
  steps: z.array(RunStep),
}).openapi('RunWithSteps');
export type RunWithSteps = z.output<typeof RunWithSteps>;

export const toRunStep = (row: SpanRow): z.output<typeof RunStep> => ({
  id: row.id,
  ordinal: row.ordinal,
  parent_id: row.parent_id,
  agent_id: row.agent_id,
  type: row.type,
  name: row.name,
  input: row.input,
  output: row.output,
  error: row.error,
  cost_usd: toWireUsd(row.cost_nano_usd),
  started_at: toWireTime(row.started_at),
  latency_ms: row.latency_ms,
});
