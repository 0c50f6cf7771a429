import { z } from '@hono/zod-openapi';
import { type AgentConfig, AgentParameter, VersionParameter } from '../agents/index.ts';
import { coverages, runStatuses } from '../db/schema/runs.ts';
import { handlers, ratings } from '../db/schema/sessions.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { dateRange, EndUserId, Flag, Id, Metadata, Name, Time } from '../http/schema.ts';
import { Inputs, Message, OnBusy, OptionalVersion } from '../runs/index.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { SessionRow } from './store/sessions.ts';

export const CreateSession = z
  .strictObject({
    title: Name(200).nullable().default(null),
    end_user_id: EndUserId.nullable().default(null).describe('Your id of the end user'),
    version: OptionalVersion.default(null),
    inputs: Inputs.default({}),
    on_busy: OnBusy.default('reject'),
    expires_in_s: z
      .int()
      .min(60)
      .max(366 * 86_400)
      .nullable()
      .default(null)
      .describe(
        'Seconds until the session expires and accepts no further messages; it is erased within the following hour',
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
    inputs: Inputs.describe(
      'Replaces all inputs: fields that are not given have their defaults again',
    ),
    metadata: Metadata,
    active_message_id: Id('msg').describe(
      'Selects the branch that contains this message, down to its newest message; the session continues from there',
    ),
  })
  .partial()
  .openapi('UpdateSession', { example: { title: 'Broken grinder' } });
export type UpdateSession = z.output<typeof UpdateSession>;

export const SessionQuery = z.strictObject({
  ...pageQuery,
  end_user_id: EndUserId.optional().describe('Filter by end user'),
  archived: Flag.prefault('false').describe(
    'true lists only archived sessions, false only the others',
  ),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Words that must all occur in the title or in one message, in any inflection (“descaling” finds “descale”). `matches` contains the hits',
    )
    .openapi({ example: 'descaling warranty' }),
  version: VersionParameter.optional().describe(
    'Filter by the version of a run. Combined with `run_status`, `finish_reason` and `coverage`, one run must match all of them',
  ),
  run_status: z.enum(runStatuses).optional().describe('Filter by the status of a run'),
  finish_reason: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Filter by the finish reason of a run')
    .openapi({ example: 'no_answer' }),
  coverage: z
    .enum(coverages)
    .optional()
    .describe(
      'Filter by how well the documents covered a question; `none` for questions that they do not answer',
    ),
  feedback: z
    .enum(['any', ...ratings])
    .optional()
    .describe('Filter by the rating of an answer; `any` for sessions with any rating'),
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
    .describe('The active branch, or all messages of the session'),
});
export type MessageQuery = z.output<typeof MessageQuery>;

export const Session = z
  .object({
    id: Id('ses'),
    agent_id: Id('agt'),
    title: z
      .string()
      .nullable()
      .describe('null for a role without access to messages, unless a person has set it'),
    end_user_id: z.string().nullable(),
    version: z.string().nullable().describe('The version of all runs; null for the active version'),
    inputs: Inputs.describe(
      'Values of the agent’s form fields; empty for a role without access to messages',
    ),
    on_busy: OnBusy,
    metadata: Metadata,
    message_count: z.int(),
    active_message_id: z
      .string()
      .nullable()
      .describe('The last message of the active branch; null while the session is empty'),
    forked_from_message_id: z
      .string()
      .nullable()
      .describe('The message of another session that this one was forked from'),
    active_run_id: z.string().nullable().describe('The active run'),
    handled_by: z
      .enum(handlers)
      .describe('`human` after a hand-over: messages are stored and not answered by the agent'),
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
    .describe('The greeting of the agent, in the version that the session would use now'),
  starter_questions: z.array(z.string()).describe('Starter questions for the end user'),
  can_hand_over: z.boolean().describe('True if the end user may hand the session over to a person'),
};

export const OpenedSession = Session.extend(opening).openapi('OpenedSession');
export type OpenedSession = z.output<typeof OpenedSession>;

export const toOpening = (
  config: AgentConfig | null,
): Pick<OpenedSession, keyof typeof opening> => ({
  welcome_message: config?.welcome_message ?? null,
  starter_questions: config?.starter_questions ?? [],
  can_hand_over: config?.hand_over.by_end_user ?? false,
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
  handled_by: row.handled_by,
  archived_at: toWireTimeOrNull(row.archived_at),
  expires_at: toWireTimeOrNull(row.expires_at),
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const SessionWithMessages = OpenedSession.extend({
  messages: pageOf(Message)
    .nullable()
    .describe('The newest messages, newest first; null for a role without access to messages'),
}).openapi('SessionWithMessages');
export type SessionWithMessages = z.output<typeof SessionWithMessages>;
