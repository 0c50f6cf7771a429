import { z } from '@hono/zod-openapi';
import { Metadata, Time } from '../../http/schema.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime } from '../../shared/time.ts';
import type { SpanRow } from '../store/spans.ts';
import { Inputs } from './request.ts';
import { Run } from './run.ts';

const stepFields = {
  ordinal: z.number().int(),
  name: z.string(),
  input: z.unknown().describe('null for a role that may not read messages'),
  output: z.unknown().describe('null for a role that may not read messages'),
  error: z.string().nullable(),
  cost_usd: z.number().nullable(),
  started_at: Time,
  latency_ms: z.number().int(),
};

const stepOf = <Type extends string>(type: Type, name: string, description: string) =>
  z.object({ type: z.literal(type), ...stepFields }).openapi(name, { description });

export const RunStep = z
  .discriminatedUnion('type', [
    stepOf('retrieval', 'RetrievalStep', 'A search of the agent’s knowledge'),
    stepOf('model', 'ModelStep', 'A call of a model; `name` is the model'),
    stepOf('tool', 'ToolStep', 'A call of a tool; `name` is the tool'),
  ])
  .openapi('RunStep');

export const RunWithSteps = Run.extend({
  end_user_id: z.string().nullable(),
  inputs: Inputs.describe(
    'Of the session, or what a run without one was asked with; so `metadata`. Empty for a role that may not read messages',
  ),
  metadata: Metadata,
  steps: z.array(RunStep),
}).openapi('RunWithSteps');
export type RunWithSteps = z.output<typeof RunWithSteps>;

export const toRunStep = (row: SpanRow): z.output<typeof RunStep> => ({
  ordinal: row.ordinal,
  type: row.type,
  name: row.name,
  input: row.input,
  output: row.output,
  error: row.error,
  cost_usd: toWireUsd(row.cost_nano_usd),
  started_at: toWireTime(row.started_at),
  latency_ms: row.latency_ms,
});
