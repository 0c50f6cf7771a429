import { z } from '@hono/zod-openapi';
import { disabledReasons, webhookPurposes } from '../../db/schema/notifications.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { eventPatterns, subscribableTypes } from '../events/registry.ts';
import type { WebhookRow } from './store.ts';

const filter = [...subscribableTypes, ...eventPatterns] as [string, ...string[]];

const url = z
  .url()
  .max(2000)
  .describe('URL with https and a public host name; redirects are not followed')
  .openapi({ example: 'https://hooks.example.com/agentgrid' });
const description = z.string().trim().max(500).openapi({ example: 'Notifies the support desk' });
const event_types = z
  .array(z.enum(filter))
  .min(1)
  .max(50)
  .refine((items) => new Set(items).size === items.length, 'Must not contain duplicates.')
  .describe('Event types to receive. `*` is all events, `run.*` all run events')
  .openapi({ example: ['run.*', 'file.failed'] });
const is_enabled = z.boolean().describe('A disabled webhook receives nothing');

export const CreateWebhook = z
  .strictObject({
    url,
    description: description.default(''),
    event_types: event_types.default(['*']),
    is_enabled: is_enabled.default(true),
  })
  .openapi('CreateWebhook', {
    example: {
      url: 'https://hooks.example.com/agentgrid',
      event_types: ['run.*', 'file.failed'],
    } as never,
  });
export type CreateWebhook = z.output<typeof CreateWebhook>;

export const UpdateWebhook = z
  .strictObject({ url, description, event_types, is_enabled })
  .partial()
  .openapi('UpdateWebhook', { example: { is_enabled: true } });
export type UpdateWebhook = z.output<typeof UpdateWebhook>;

export const RotateWebhookSecret = z
  .strictObject({
    overlap_hours: z
      .int()
      .min(0)
      .max(168)
      .default(24)
      .describe('Hours for which the previous secret signs as well; 0 revokes it immediately'),
  })
  .openapi('RotateWebhookSecret', { example: { overlap_hours: 24 } });
export type RotateWebhookSecret = z.output<typeof RotateWebhookSecret>;

const fields = {
  id: Id('whk'),
  purpose: z
    .enum(webhookPurposes)
    .describe(
      '`alerts` and `budget` webhooks are set with `PUT /alerts/webhook` and with the budget; with these routes they can be enabled, disabled and tested',
    ),
  budget_id: Id('bud').nullable(),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()),
  is_enabled: z.boolean(),
  disabled_at: Time.nullable(),
  disabled_reason: z
    .enum(disabledReasons)
    .nullable()
    .describe('`failing`: no attempt succeeded for 5 days; `gone`: the endpoint returned 410'),
  failing_since: Time.nullable().describe(
    'Time of the first failed attempt since the last success',
  ),
  secret_last_four: z.string().nullable(),
  previous_secret_until: Time.nullable().describe(
    'Time until which the previous secret signs as well',
  ),
  created_at: Time,
  updated_at: Time,
};

export const Webhook = z.object(fields).openapi('Webhook');
export type Webhook = z.output<typeof Webhook>;

export const WebhookWithSecret = z
  .object({
    ...fields,
    secret: z
      .string()
      .describe(
        'Secret that signs requests: `agentgrid-signature: t=…,v1=…`. Returned only in this response',
      )
      .openapi({ example: 'whsec_bm90LWEtc2VjcmV0LWp1c3QtYW4tZXhhbXBsZQ' }),
  })
  .openapi('WebhookWithSecret');
export type WebhookWithSecret = z.output<typeof WebhookWithSecret>;

export const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id,
  purpose: row.purpose,
  budget_id: row.purpose === 'budget' ? row.owner_id : null,
  url: row.url,
  description: row.description,
  event_types: row.event_types,
  is_enabled: row.is_enabled,
  disabled_at: toWireTimeOrNull(row.disabled_at),
  disabled_reason: row.disabled_reason,
  failing_since: toWireTimeOrNull(row.failing_since),
  secret_last_four: row.last_four,
  previous_secret_until: toWireTimeOrNull(row.previous_secret_until),
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});
