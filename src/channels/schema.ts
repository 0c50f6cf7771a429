import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { channelDeliveryStatuses, channelKinds } from '../db/schema/channels.ts';
import { pageQuery } from '../http/openapi.ts';
import { Id, Name, Time } from '../http/schema.ts';
import { languages } from '../shared/chat-texts/languages.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { ChannelRow, DeliveryRow } from './store.ts';

const Fields = z
  .record(z.string().regex(/^[a-z_]{1,40}$/), z.string().min(1).max(2000))
  .refine((value) => Object.keys(value).length <= 10, 'At most 10 fields.');

const settings = Fields.describe(
  'Settings of the kind: `api_url` of Slack, Telegram and WhatsApp if it is not the official one; `phone_number_id` of WhatsApp; `address` of an e-mail channel; `api_url` of a webhook, which receives the answers',
).openapi({ example: {} });
const credentials = Fields.describe(
  'Secrets of the kind, which are never returned: `signing_secret` and `bot_token` of Slack; `bot_token` and `secret_token` of Telegram; `secret` of e-mail and webhooks; `app_secret`, `access_token` and `verify_token` of WhatsApp',
).openapi({
  example: { signing_secret: '8f742231b10e8888abcd99yyyzzz85a5', bot_token: 'xoxb-0123456789' },
});
const language = z
  .enum(languages)
  .nullable()
  .describe(
    'The language of notices to users. Null for that of the user, which Telegram and webhooks name, otherwise English',
  );
const name = Name(100).openapi({ example: 'Support in Slack' });

export const CreateChannel = z
  .strictObject({
    kind: z.enum(channelKinds),
    name,
    settings: settings.default({}),
    credentials,
    language: language.default(null),
    is_enabled: z.boolean().default(true),
  })
  .openapi('CreateChannel', {
    example: {
      kind: 'slack',
      name: 'Support in Slack',
      credentials: {
        signing_secret: '8f742231b10e8888abcd99yyyzzz85a5',
        bot_token: 'xoxb-0123456789',
      },
    } as never,
  });
export type CreateChannel = z.output<typeof CreateChannel>;

export const UpdateChannel = z
  .strictObject({
    name,
    language,
    is_enabled: z.boolean().describe('A disabled channel ignores messages'),
    credentials: credentials.describe('Replaces those that are given'),
    overlap_hours: z
      .int()
      .min(0)
      .max(168)
      .describe(
        'Hours for which requests with the replaced credentials are accepted as well, 24 by default; 0 ends them at once. A webhook is sent signatures of both',
      ),
  })
  .partial()
  .openapi('UpdateChannel', { example: { name: 'Support' } });
export type UpdateChannel = z.output<typeof UpdateChannel>;

export const Channel = z
  .object({
    id: Id('chn'),
    agent_id: Id('agt'),
    kind: z.enum(channelKinds),
    name: z.string(),
    is_enabled: z.boolean(),
    language,
    settings: z.record(z.string(), z.string()),
    events_path: z
      .string()
      .describe('Path of this deployment to which the channel sends its requests')
      .openapi({ example: '/api/v1/channels/chn_01kajv2q5ve0mt8h2vj3c6x7ra/events' }),
    api_key_id: z.string().describe('The key that runs the agent and pays for it'),
    last_event_at: Time.nullable().describe('Time of the newest message'),
    last_error: z.string().nullable().describe('The newest fault of a message or of an answer'),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Channel');
export type Channel = z.output<typeof Channel>;

export const toChannel = (row: ChannelRow): Channel => ({
  id: row.id,
  agent_id: row.agent_id,
  kind: row.kind,
  name: row.name,
  is_enabled: row.is_enabled,
  language: row.language,
  settings: row.settings,
  events_path: `/api/v1/channels/${row.id}/events`,
  api_key_id: row.api_key_id,
  last_event_at: toWireTimeOrNull(row.last_event_at),
  last_error: row.last_error,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const ChannelTest = z
  .object({
    ok: z.boolean(),
    account: z.string().nullable().describe('The account that the credentials belong to'),
    error: z.string().nullable(),
  })
  .openapi('ChannelTest', { example: { ok: true, account: 'agent in Acme', error: null } });
export type ChannelTest = z.output<typeof ChannelTest>;

export const ChannelsQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional().describe('Filter by agent: its id or slug'),
});
export type ChannelsQuery = z.output<typeof ChannelsQuery>;

export const ChannelDeliveryQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(channelDeliveryStatuses).optional().describe('Filter by state'),
});
export type ChannelDeliveryQuery = z.output<typeof ChannelDeliveryQuery>;

export const ChannelDelivery = z
  .object({
    id: Id('chd'),
    channel_id: Id('chn'),
    session_id: Id('ses'),
    run_id: z.string().nullable().describe('The run whose answer is sent'),
    message_id: z.string().nullable().describe('The reply of a person that is sent'),
    notice: z
      .string()
      .nullable()
      .describe(
        'The text that is sent in place of an answer, since there is none; null for others',
      ),
    status: z.enum(channelDeliveryStatuses),
    attempts: z.int(),
    response_status: z.int().nullable().describe('Status code of the last failed attempt'),
    error: z.string().nullable().describe('Why the last attempt failed'),
    next_attempt_at: Time.nullable(),
    created_at: Time,
  })
  .openapi('ChannelDelivery');
export type ChannelDelivery = z.output<typeof ChannelDelivery>;

export const toDelivery = (row: DeliveryRow): ChannelDelivery => ({
  id: row.id,
  channel_id: row.channel_id,
  session_id: row.session_id,
  run_id: /^(?:waits:)?(run_\w+)$/.exec(row.source_id)?.[1] ?? null,
  message_id: row.source_id.startsWith('msg_') ? row.source_id : null,
  notice: row.notice,
  status: row.status,
  attempts: row.attempts,
  response_status: row.response_status,
  error: row.error,
  next_attempt_at: toWireTimeOrNull(row.next_attempt_at),
  created_at: toWireTime(row.created_at),
});
