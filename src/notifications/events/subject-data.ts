import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';

const error = z.strictObject({ code: z.string(), detail: z.string().nullable() }).nullable();

/** A run without its content. Read messages and steps with the API. */
export const runData = z.strictObject({
  run_id: Id('run'),
  agent_id: Id('agt'),
  version_id: Id('ver'),
  experiment_id: Id('exp').nullable().describe('The experiment that chose the version'),
  variant_id: Id('var').nullable(),
  session_id: Id('ses').nullable(),
  schedule_id: Id('sch').nullable().describe('The schedule that started the run'),
  is_preview: z.boolean(),
  status: z.string(),
  finish_reason: z.string().nullable(),
  error,
  usage: z.strictObject({
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
  }),
  cost_usd: z.number().nullable(),
  created_at: Time,
  ended_at: Time.nullable(),
});

export const runExample = {
  run_id: 'run_01kajv2q5ve0mt8h2vj3c6x7ra',
  agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
  version_id: 'ver_01kajv2q5ve0mt8h2vj3c6x7ra',
  experiment_id: null,
  variant_id: null,
  session_id: 'ses_01kajv2q5ve0mt8h2vj3c6x7ra',
  schedule_id: null,
  is_preview: false,
  status: 'completed',
  finish_reason: 'stop',
  error: null,
  usage: { input_tokens: 1240, output_tokens: 85 },
  cost_usd: 0.00095,
  created_at: '2026-11-20T09:29:57.000Z',
  ended_at: '2026-11-20T09:30:00.000Z',
};

/** The results are read with the API. */
export const experimentData = z.strictObject({
  experiment_id: Id('exp'),
  agent_id: Id('agt'),
  name: z.string(),
  variant_id: Id('var')
    .nullable()
    .describe('The variant that was stopped, is recommended or was promoted; null for none'),
  reason: z.string().nullable(),
  occurred_at: Time,
});

export const experimentExample = {
  experiment_id: 'exp_01kajv2q5ve0mt8h2vj3c6x7ra',
  agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
  name: 'Shorter answers',
  variant_id: 'var_01kajv2q5ve0mt8h2vj3c6x7ra',
  reason: 'Worse than the control by the guard `cost_per_message`: +104 %.',
  occurred_at: '2026-11-20T09:30:00.000Z',
};

export const fileData = z.strictObject({
  file_id: Id('file'),
  knowledge_base_id: Id('kb'),
  name: z.string(),
  external_id: z.string().nullable(),
  media_type: z.string(),
  byte_size: z.int(),
  status: z.enum(['ready', 'failed']),
  chunk_count: z.int().nullable(),
  replacement_name: z
    .string()
    .nullable()
    .describe('Name of new content that has failed, in place of which the file keeps its own'),
  error,
  created_at: Time,
});

export const fileExample = {
  file_id: 'file_01kajv2q5ve0mt8h2vj3c6x7ra',
  knowledge_base_id: 'kb_01kajv2q5ve0mt8h2vj3c6x7ra',
  name: 'manual.pdf',
  external_id: null,
  media_type: 'application/pdf',
  byte_size: 184_211,
  status: 'ready',
  chunk_count: 42,
  replacement_name: null,
  error: null,
  created_at: '2026-11-20T09:29:12.000Z',
};

export const scheduleData = z.strictObject({
  schedule_id: Id('sch'),
  agent_id: Id('agt'),
  name: z.string(),
  pause_reason: z.enum(['failures', 'key_invalid']),
  failures: z.int().describe('Failures in a row'),
  paused_at: Time,
});

export const scheduleExample = {
  schedule_id: 'sch_01kajv2q5ve0mt8h2vj3c6x7ra',
  agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
  name: 'Morning report',
  pause_reason: 'failures',
  failures: 5,
  paused_at: '2026-11-20T09:30:00.000Z',
};

export const evaluationData = z.strictObject({
  evaluation_id: Id('eval'),
  agent_id: Id('agt'),
  dataset_id: Id('ds'),
  label: z.string(),
  status: z.enum(['completed', 'failed']),
  error,
  tasks: z.int().describe('Cases times targets times repetitions'),
  done: z.int(),
  cost_usd: z.number().describe('Known cost'),
  created_at: Time,
  ended_at: Time.nullable(),
});

export const replayData = z.strictObject({
  replay_id: Id('rpl').describe('The replay or shadow'),
  agent_id: Id('agt'),
  version_id: Id('ver').describe('The version that answers again'),
  label: z.string(),
  status: z.enum(['completed', 'paused']),
  error,
  turns: z.number().int(),
  done: z.number().int(),
  cost_usd: z.number().describe('Known cost of runs and judge'),
  created_at: Time,
  ended_at: Time.nullable(),
});

export const replayExample = {
  replay_id: 'rpl_01kajv2q5ve0mt8h2vj3c6x7ra',
  agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
  version_id: 'ver_01kajv2q5ve0mt8h2vj3c6x7ra',
  label: 'Shorter instructions',
  status: 'completed',
  error: null,
  turns: 100,
  done: 100,
  cost_usd: 0.42,
  created_at: '2026-11-20T09:20:00.000Z',
  ended_at: '2026-11-20T09:30:00.000Z',
};

/** A replay or shadow that waits for a person. */
export const pausedReplayExample = {
  ...replayExample,
  ...{ status: 'paused', done: 40, ended_at: null },
  error: { code: 'cost_limit', detail: 'The cost limit is reached. Resume with a higher one.' },
};

export const evaluationExample = {
  evaluation_id: 'eval_01kajv2q5ve0mt8h2vj3c6x7ra',
  agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
  dataset_id: 'ds_01kajv2q5ve0mt8h2vj3c6x7ra',
  label: 'Shorter instructions',
  status: 'completed',
  error: null,
  tasks: 200,
  done: 200,
  cost_usd: 0.42,
  created_at: '2026-11-20T09:20:00.000Z',
  ended_at: '2026-11-20T09:30:00.000Z',
};

export const handOverData = z.strictObject({
  session_id: Id('ses'),
  agent_id: Id('agt'),
  end_user_id: z.string().nullable(),
  requested_by: z
    .enum(['agent', 'end_user', 'member'])
    .describe('The party that requested the hand-over'),
  message_id: z.string().nullable().describe('The reply; null for other events'),
});
export const handOverExample = {
  session_id: 'ses_01kajv2q5ve0mt8h2vj3c6x7ra',
  agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
  end_user_id: 'customer-4711',
  requested_by: 'agent',
  message_id: null,
};
