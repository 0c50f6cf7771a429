import { z } from '@hono/zod-openapi';
import { type AgentConfig, AgentParameter, VersionParameter } from '../agents/index.ts';
import { coverages, ratings, runStatuses } from '../db/schema/sessions.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { dateRange, EndUserId, Flag, Id, Metadata, Name, Time } from '../http/schema.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { MessageAttachment, toMessageAttachment } from './attachments/schema.ts';
import { Feedback, toFeedback } from './feedback/schema.ts';
import type { FeedbackRow } from './feedback/store.ts';
import { OnBusy, OptionalVersion } from './send-schema.ts';
import { shownSession } from './shown-session.ts';
import type { MessageRow, RunRow, RunStepRow, SessionRow } from './store.ts';

export const Inputs = z
  .record(z.string().min(1).max(64), z.union([z.string().max(4000), z.number(), z.boolean()]))
  .describe('Values of the agent’s form fields, for the {{variables}} of its instructions')
  .openapi({ example: { customer_name: 'Ada' } });

export const CreateSession = z
  .strictObject({
    title: Name(200).nullable().default(null),
    end_user_id: EndUserId.nullable().default(null).describe('Who chats, in your own terms'),
    version: OptionalVersion.default(null),
    inputs: Inputs.default({}),
    on_busy: OnBusy.default('reject'),
    expires_in_s: z
      .number()
      .int()
      .min(60)
      .max(366 * 86_400)
      .nullable()
      .default(null)
      .describe(
        'Seconds until the session takes no more messages; within the hour after that it is erased',
      ),
    metadata: Metadata.default({}),
  })
  .openapi('CreateSession', { example: { end_user_id: 'customer-4711' } as never });
export type CreateSession = z.output<typeof CreateSession>;

export const UpdateSession = z
  .strictObject({
    title: Name(200).nullable(),
    archived: z.boolean(),
    on_busy: OnBusy,
    inputs: Inputs.describe('All of them: what is not given has its default again'),
    metadata: Metadata,
    active_message_id: Id('msg').describe(
      'Shows, and goes on from, the branch through this message, down to its newest message',
    ),
  })
  .partial()
  .openapi('UpdateSession', { example: { title: 'Broken grinder' } });
export type UpdateSession = z.output<typeof UpdateSession>;

export const SessionQuery = z.strictObject({
  ...pageQuery,
  end_user_id: EndUserId.optional().describe('Only sessions of this end user'),
  archived: Flag.prefault('false').describe('true lists archived sessions in place of the others'),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Words that all stand in the title, or in one message; in any form (“descaling” finds “descale”). `matches` shows where',
    )
    .openapi({ example: 'descaling warranty' }),
  version: VersionParameter.optional().describe(
    'Only sessions with a run of this version; with the next two: of one and the same run',
  ),
  run_status: z.enum(runStatuses).optional().describe('Only sessions with a run in this state'),
  finish_reason: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Only sessions with a run that ended so')
    .openapi({ example: 'no_answer' }),
  feedback: z
    .enum(['any', ...ratings])
    .optional()
    .describe('Only sessions with an answer that is rated so; `any` for rated at all'),
  ...dateRange,
});
export type SessionQuery = z.output<typeof SessionQuery>;

export const AllSessionsQuery = SessionQuery.extend({ agent: AgentParameter.optional() });
export type AllSessionsQuery = z.output<typeof AllSessionsQuery>;

export const MessageQuery = z.strictObject({
  ...pageQuery,
  branch: z
    .enum(['active', 'all'])
    .default('active')
    .describe('The branch that is shown, or every message there is'),
});
export type MessageQuery = z.output<typeof MessageQuery>;

export const Session = z
  .object({
    id: Id('ses'),
    agent_id: Id('agt'),
    title: z
      .string()
      .nullable()
      .describe('For a role that may not read messages null, unless a person has given it'),
    end_user_id: z.string().nullable(),
    version: z
      .string()
      .nullable()
      .describe('The version every run uses; null follows the active one'),
    inputs: Inputs.describe(
      'Values of the agent’s form fields; for a role that may not read messages empty',
    ),
    on_busy: OnBusy,
    metadata: Metadata,
    message_count: z.number().int(),
    active_message_id: z
      .string()
      .nullable()
      .describe('The last message of the branch that is shown; null before the first'),
    forked_from_message_id: z
      .string()
      .nullable()
      .describe('The message of another session up to which this one was copied'),
    active_run_id: z.string().nullable().describe('The run that is answering now'),
    archived_at: Time.nullable(),
    expires_at: Time.nullable(),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Session');
export type Session = z.output<typeof Session>;

const opening = {
  welcome_message: z
    .string()
    .nullable()
    .describe('What the agent greets with, in the version that the session would use now'),
  starter_questions: z.array(z.string()).describe('What an end user may begin with'),
};

export const OpenedSession = Session.extend(opening).openapi('OpenedSession');
export type OpenedSession = z.output<typeof OpenedSession>;

export const toOpening = (
  config: AgentConfig | null,
): Pick<OpenedSession, 'welcome_message' | 'starter_questions'> => ({
  welcome_message: config?.welcome_message ?? null,
  starter_questions: config?.starter_questions ?? [],
});

export const toSession = (row: SessionRow, now: number): Session => ({
  id: row.id,
  agent_id: row.agent_id,
  title: row.title,
  end_user_id: row.end_user_id,
  version: row.version,
  inputs: row.inputs,
  on_busy: row.on_busy,
  metadata: row.metadata as Session['metadata'],
  message_count: row.message_seq,
  active_message_id: row.head_id,
  forked_from_message_id: row.forked_from_message_id,
  active_run_id: row.active_run_until > now ? row.active_run_id : null,
  archived_at: toWireTimeOrNull(row.archived_at),
  expires_at: toWireTimeOrNull(row.expires_at),
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const Citation = z
  .object({
    number: z.number().int().describe('The marker in the text: [1]'),
    file_id: Id('file'),
    file_name: z.string().openapi({ example: 'manual.pdf' }),
    chunk_id: Id('chk'),
    page: z.number().int().nullable().describe('From 1; null where the format has no pages'),
    start: z.number().int().describe('Of the quote in the file’s extracted text'),
    end: z.number().int(),
    quote: z.string().describe('The document’s own words'),
  })
  .openapi('Citation');

const Usage = z
  .object({
    input_tokens: z.number().int().nullable(),
    output_tokens: z.number().int().nullable(),
    cache_read_tokens: z
      .number()
      .int()
      .nullable()
      .describe('Of the input; null when a provider did not say'),
    reasoning_tokens: z
      .number()
      .int()
      .nullable()
      .describe('Of the output; null when a provider did not say'),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
  })
  .openapi('Usage');

const RunContext = z
  .object({
    messages: z
      .object({
        included: z.number().int().describe('Sent word for word, the newest of the branch'),
        summarized: z.number().int().describe('Told by the summary'),
        omitted: z.number().int().describe('Neither sent nor summarised'),
        first_message_id: z.string().nullable().describe('The oldest that was sent'),
      })
      .describe('Of the messages before the question: the three counts add up to all of them'),
    summary: z
      .object({
        version: z.number().int(),
        covers_message_id: z.string().describe('The last message that it tells of'),
        tokens: z.number().int(),
      })
      .nullable(),
    attachments: z.array(
      z.object({
        id: z.string(),
        included: z.enum(['whole', 'passages', 'image', 'none']),
        tokens: z.number().int(),
        reason: z
          .enum(['budget', 'too_many_images', 'images_unsupported', 'gone'])
          .nullable()
          .describe('Why nothing of it was sent'),
      }),
    ),
    tokens: z
      .object({
        instructions: z.number().int(),
        question: z.number().int(),
        passages: z.number().int(),
        attachments: z.number().int(),
        history: z.number().int(),
        budget: z.number().int().describe('What there was for history and summary'),
      })
      .describe('Estimated'),
  })
  .openapi('RunContext');

export const Run = z
  .object({
    id: Id('run'),
    session_id: z.string().nullable().describe('null for a run without a session'),
    agent_id: Id('agt'),
    version_id: Id('ver'),
    is_preview: z
      .boolean()
      .describe(
        'Of a draft that was not saved; `version_id` is then the version it was tried against',
      ),
    status: z.enum(runStatuses),
    finish_reason: z.string().nullable().openapi({ example: 'stop' }),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    confidence: z
      .number()
      .nullable()
      .describe('0..1: how well the documents cover the question; null without knowledge'),
    coverage: z.enum(coverages).nullable(),
    context: RunContext.nullable().describe(
      'What the model was given of the conversation; null where no model was asked',
    ),
    downgrade: z
      .object({
        budget_id: Id('bud'),
        model: z.string().nullable(),
        max_output_tokens: z.number().int().nullable(),
      })
      .nullable()
      .describe(
        'What a budget that runs low has made of the run: the model and the length that it allowed',
      ),
    usage: Usage,
    first_token_ms: z.number().int().nullable(),
    latency_ms: z.number().int().nullable(),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .openapi('Run');
export type Run = z.output<typeof Run>;

/** What a budget has done to the run is kept beside what the model was given. */
function contextOfRun({ context }: RunRow): Pick<Run, 'context' | 'downgrade'> {
  if (context === null) return { context: null, downgrade: null };
  const { downgrade = null, ...given } = context;
  return {
    context: { attachments: [], ...given } as unknown as Run['context'],
    downgrade: downgrade as Run['downgrade'],
  };
}

export const toRun = (row: RunRow): Run => ({
  id: row.id,
  session_id: shownSession(row.session_id),
  agent_id: row.agent_id,
  version_id: row.version_id,
  is_preview: row.is_preview,
  status: row.status,
  finish_reason: row.finish_reason,
  error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? '' },
  confidence: row.confidence,
  coverage: row.coverage,
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
  created_at: toWireTime(row.created_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});

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

export const toRunStep = (row: RunStepRow): z.output<typeof RunStep> => ({
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

const Siblings = z
  .object({
    position: z.number().int().describe('From 1, in the order in which they came'),
    count: z.number().int(),
    previous_id: z.string().nullable(),
    next_id: z.string().nullable(),
  })
  .describe(
    'Where it stands among the messages that follow the same one: answers that were regenerated, questions that were edited',
  )
  .openapi('Siblings');

const toolCall = { tool_call_id: z.string(), tool_name: z.string() };

export const MessagePart = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('text'), text: z.string() }).openapi('TextPart'),
    z
      .object({ type: z.literal('tool-call'), ...toolCall, input: z.unknown() })
      .openapi('ToolCallPart', {
        description: 'A call of a tool of the caller’s, which ended the run',
      }),
    z
      .object({ type: z.literal('tool-result'), ...toolCall, output: z.unknown() })
      .openapi('ToolResultPart', { description: 'What the caller’s tool said' }),
  ])
  .openapi('MessagePart');

function partsOf({ text, prompt }: MessageRow): z.output<typeof MessagePart>[] {
  const last = prompt?.at(-1);
  const tools = last?.role === 'assistant' || last?.role === 'tool' ? last.content : [];
  const parts = tools.flatMap((part): z.output<typeof MessagePart>[] => {
    if (part.type === 'tool-call')
      return [
        {
          type: part.type,
          tool_call_id: part.toolCallId,
          tool_name: part.toolName,
          input: part.input,
        },
      ];
    if (part.type !== 'tool-result') return [];
    const { toolCallId: tool_call_id, toolName: tool_name, output } = part;
    return [
      { type: part.type, tool_call_id, tool_name, output: 'value' in output ? output.value : null },
    ];
  });
  return [...(text === '' && parts.length > 0 ? [] : [{ type: 'text' as const, text }]), ...parts];
}

export const Message = z
  .object({
    id: Id('msg'),
    session_id: Id('ses').nullable().describe('null where the run has no session'),
    seq: z.number().int().describe('1, 2, 3 … without a gap, over all branches'),
    parent_id: z
      .string()
      .nullable()
      .describe('The message it follows; other answers to the same question have the same'),
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    parts: z.array(MessagePart),
    citations: z.array(Citation),
    attachments: z.array(MessageAttachment),
    run_id: Id('run').describe('The run that this message started, or that made it'),
    run: Run.nullable().describe('The run that made this answer; null on a user’s message'),
    siblings: Siblings.nullable().describe('null in an answer as it is made'),
    feedback: z
      .array(Feedback)
      .describe('What people think of this answer, at most one for each end user'),
    created_at: Time,
  })
  .openapi('Message');
export type Message = z.output<typeof Message>;

export const toMessage = (
  row: MessageRow,
  run: RunRow | undefined,
  {
    feedback = [],
    siblings = null,
  }: {
    feedback?: readonly FeedbackRow[] | undefined;
    siblings?: Message['siblings'] | undefined;
  } = {},
): Message => ({
  id: row.id,
  session_id: shownSession(row.session_id),
  seq: row.seq,
  parent_id: row.parent_id,
  role: row.role,
  text: row.text,
  parts: partsOf(row),
  citations: row.citations as Message['citations'],
  attachments: row.attachments
    .filter(({ message_id }) => message_id === row.id)
    .map(toMessageAttachment),
  run_id: row.run_id,
  run: row.role === 'assistant' && run !== undefined ? toRun(run) : null,
  siblings,
  feedback: feedback.map(toFeedback),
  created_at: toWireTime(row.created_at),
});

export const SessionWithMessages = OpenedSession.extend({
  messages: pageOf(Message)
    .nullable()
    .describe('The newest, newest first; null for a role that may not read them'),
}).openapi('SessionWithMessages');
export type SessionWithMessages = z.output<typeof SessionWithMessages>;
