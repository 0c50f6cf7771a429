import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';
import { budgetData, budgetExample } from './budget-data.ts';
import {
  evaluationData,
  evaluationExample,
  experimentData,
  experimentExample,
  fileData,
  fileExample,
  handOverData,
  handOverExample,
  pausedReplayExample,
  replayData,
  replayExample,
  runData,
  runExample,
  scheduleData,
  scheduleExample,
} from './subject-data.ts';

interface EventDeclaration {
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** The `data` of the payload. */
  readonly schema: z.ZodObject;
  readonly example: Record<string, unknown>;
}

/** All event types. Payloads, event filters and the OpenAPI `webhooks` derive from this table. */
export const events = {
  'run.completed': {
    tag: 'Runs',
    summary: 'A run completed',
    description: 'The run ended with an answer.',
    schema: runData,
    example: runExample,
  },
  'run.failed': {
    tag: 'Runs',
    summary: 'A run failed',
    description: 'The run ended as `failed`, `interrupted`, `limit_exceeded` or `expired`.',
    schema: runData,
    example: {
      ...runExample,
      status: 'failed',
      finish_reason: 'error',
      error: { code: 'provider_error', detail: 'The model provider failed.' },
    },
  },
  'run.requires_action': {
    tag: 'Runs',
    summary: 'A run requires action',
    description:
      'The run waits for results of client tools, approvals, sign-ins or answers to questions of MCP servers.',
    schema: runData,
    example: { ...runExample, status: 'requires_action', finish_reason: null, ended_at: null },
  },
  'file.ready': {
    tag: 'Knowledge',
    summary: 'A file is ready',
    description: 'The file of a knowledge base is indexed and can be searched.',
    schema: fileData,
    example: fileExample,
  },
  'file.failed': {
    tag: 'Knowledge',
    summary: 'A file failed',
    description: 'The file of a knowledge base could not be indexed.',
    schema: fileData,
    example: {
      ...fileExample,
      status: 'failed',
      error: { code: 'file_unreadable', detail: 'The PDF is encrypted.' },
    },
  },
  'schedule.paused': {
    tag: 'Schedules',
    summary: 'A schedule was paused',
    description:
      'The schedule was paused after `max_failures` failures in a row, or since its API key may no longer be used.',
    schema: scheduleData,
    example: scheduleExample,
  },
  'experiment.guard_stopped': {
    tag: 'Experiments',
    summary: 'A guard stopped a variant',
    description:
      'A variant is credibly worse by a guard metric, and its subjects get the version of the control. With the last variant beside the control the experiment ends.',
    schema: experimentData,
    example: experimentExample,
  },
  'experiment.significant': {
    tag: 'Experiments',
    summary: 'A variant is recommended',
    description: 'For the first time the recommendation is to promote this variant.',
    schema: experimentData,
    example: { ...experimentExample, reason: '`short` is better by `success`: +12 %.' },
  },
  'experiment.concluded': {
    tag: 'Experiments',
    summary: 'An experiment ended',
    description: 'The experiment was concluded, with a variant promoted or none, or stopped.',
    schema: experimentData,
    example: { ...experimentExample, variant_id: null, reason: null },
  },
  'evaluation.completed': {
    tag: 'Evaluation',
    summary: 'An evaluation completed',
    description: 'All of its cases were run and scored. Read its results with the API.',
    schema: evaluationData,
    example: evaluationExample,
  },
  'evaluation.failed': {
    tag: 'Evaluation',
    summary: 'An evaluation failed',
    description: 'A budget, its cost limit or its API key stopped it. It can be resumed.',
    schema: evaluationData,
    example: {
      ...evaluationExample,
      status: 'failed',
      error: { code: 'budget_exceeded', detail: 'The budget of the day is spent.' },
    },
  },
  'replay.completed': {
    tag: 'Evaluation',
    summary: 'A replay completed',
    description: 'All of its turns were answered again. Read them with the API.',
    schema: replayData,
    example: replayExample,
  },
  'replay.paused': {
    tag: 'Evaluation',
    summary: 'A replay was paused',
    description:
      'Its cost limit, a budget, its API key, its version or its agent stopped it. It can be resumed.',
    schema: replayData,
    example: pausedReplayExample,
  },
  'shadow.paused': {
    tag: 'Evaluation',
    summary: 'A shadow was paused',
    description:
      'Its cost limit, a budget, its API key, its version or its agent stopped it. A shadow that a person pauses sends no event.',
    schema: replayData,
    example: { ...pausedReplayExample, turns: 412, done: 412 },
  },
  'budget.threshold_reached': {
    tag: 'Budgets',
    summary: 'A budget reached a threshold',
    description: 'The spending of a period reached one of the thresholds of the budget.',
    schema: budgetData,
    example: budgetExample,
  },
  'budget.forecast_exceeded': {
    tag: 'Budgets',
    summary: 'A budget is forecast to be exceeded',
    description: 'At its current rate, the spending of the period will pass the limit.',
    schema: budgetData,
    example: { ...budgetExample, kind: 'forecast', forecast_usd: 71.5 },
  },
  'budget.call_refused': {
    tag: 'Budgets',
    summary: 'A budget refused a call',
    description: 'A call exceeded the budget for the first time in the period.',
    schema: budgetData,
    example: { ...budgetExample, kind: 'refused' },
  },
  'anomaly.detected': {
    tag: 'Analytics',
    summary: 'An anomaly was detected',
    description: 'The cost or the error rate of an agent is far above its past days.',
    schema: z.strictObject({
      anomaly_id: Id('anm'),
      agent_id: Id('agt'),
      date: z.iso.date().describe("Date in the workspace's time zone"),
      measure: z.enum(['cost', 'error_rate', 'online_score']),
      value: z.number().describe('US dollars, or the share of failed runs from 0 to 1'),
      usual: z.number().describe('Median of the preceding days'),
    }),
    example: {
      anomaly_id: 'anm_01kajv2q5ve0mt8h2vj3c6x7ra',
      agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
      date: '2026-11-20',
      measure: 'cost',
      value: 12.5,
      usual: 1.1,
    },
  },
  'session.handed_over': {
    tag: 'Inbox',
    summary: 'A session was handed over',
    description: 'A person is to handle the session. Its reason is read with the API.',
    schema: handOverData,
    example: handOverExample,
  },
  'session.replied': {
    tag: 'Inbox',
    summary: 'A person replied',
    description: 'A person replied in a session. The text is read with the API.',
    schema: handOverData,
    example: { ...handOverExample, message_id: 'msg_01kajv2q5ve0mt8h2vj3c6x7ra' },
  },
  'session.handed_back': {
    tag: 'Inbox',
    summary: 'A session was handed back',
    description: 'The agent handles the session again.',
    schema: handOverData,
    example: handOverExample,
  },
  'feedback.created': {
    tag: 'Feedback',
    summary: 'Feedback was created',
    description: 'An answer was rated. The comment is not included: read it with the API.',
    schema: z.strictObject({
      feedback_id: Id('fb'),
      agent_id: Id('agt'),
      session_id: Id('ses').nullable(),
      message_id: Id('msg'),
      run_id: Id('run'),
      end_user_id: z.string().nullable(),
      rating: z.string().describe('`up`, `down`, or a number from 1 to 5'),
      tags: z.array(z.string()),
      created_at: Time,
    }),
    example: {
      feedback_id: 'fb_01kajv2q5ve0mt8h2vj3c6x7ra',
      agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
      session_id: 'ses_01kajv2q5ve0mt8h2vj3c6x7ra',
      message_id: 'msg_01kajv2q5ve0mt8h2vj3c6x7ra',
      run_id: 'run_01kajv2q5ve0mt8h2vj3c6x7ra',
      end_user_id: 'customer-4711',
      rating: 'down',
      tags: ['outdated'],
      created_at: '2026-11-20T09:30:00.000Z',
    },
  },
  'webhook.test': {
    tag: 'Webhooks',
    summary: 'A webhook was tested',
    description: 'Sent only by `POST /webhooks/{webhook}/test`.',
    schema: z.strictObject({ webhook_id: Id('whk') }),
    example: { webhook_id: 'whk_01kajv2q5ve0mt8h2vj3c6x7ra' },
  },
} as const satisfies Record<string, EventDeclaration>;

export type EventType = keyof typeof events;
export type EventData<Type extends EventType> = z.output<(typeof events)[Type]['schema']>;

export const eventTypes = Object.keys(events) as EventType[];

/** Types that a webhook may subscribe to. */
export const subscribableTypes = eventTypes.filter((type) => type !== 'webhook.test');

/** Patterns of a subscription in GLOB syntax: all events, or all types with a prefix. */
export const eventPatterns = [
  '*',
  ...new Set(subscribableTypes.map((type) => `${type.split('.')[0]}.*`)),
];

/** Returns the schema of a request body for this event type. */
export const payloadOf = (type: EventType) =>
  z.strictObject({
    id: Id('evt').describe(
      'Id of the event, the same in every attempt. Ignore an event that was received before',
    ),
    type: z.literal(type),
    created_at: Time,
    workspace_id: Id('ws'),
    data: events[type].schema.openapi({ example: events[type].example as never }),
  });
