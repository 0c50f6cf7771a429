import { z } from '@hono/zod-openapi';
import { deliveryStatuses } from '../../db/schema/notifications.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { eventTypes } from '../events/registry.ts';
import type { DeliveryRow } from './store.ts';

export const DeliveryQuery = z.strictObject({
  ...pageQuery,
  webhook_id: Id('whk').optional(),
  event_type: z.enum(eventTypes).optional().describe('Restricts the list to this event type'),
  status: z.enum(deliveryStatuses).optional().describe('Restricts the list to this state'),
});
export type DeliveryQuery = z.output<typeof DeliveryQuery>;

export const WebhookDelivery = z
  .object({
    id: Id('whd'),
    webhook_id: Id('whk'),
    event_id: Id('evt'),
    event_type: z.string(),
    status: z
      .enum(deliveryStatuses)
      .describe('`failed`: no attempts are left; `cancelled`: the webhook was deleted or disabled'),
    attempts: z
      .int()
      .describe('Number of attempts since the delivery was created or last redelivered'),
    response_status: z.int().nullable().describe('Status code of the last response'),
    latency_ms: z.int().nullable(),
    error: z.string().nullable().describe('Why the last attempt failed'),
    next_attempt_at: Time.nullable().describe('Latest time of the next attempt, while `pending`'),
    last_attempt_at: Time.nullable(),
    created_at: Time,
  })
  .openapi('WebhookDelivery');
export type WebhookDelivery = z.output<typeof WebhookDelivery>;

export const toDelivery = (row: DeliveryRow): WebhookDelivery => ({
  id: row.id,
  webhook_id: row.webhook_id,
  event_id: row.event_id,
  event_type: row.event_type,
  status: row.status,
  attempts: row.attempts,
  response_status: row.response_status,
  latency_ms: row.latency_ms,
  error: row.error,
  next_attempt_at: toWireTimeOrNull(row.next_attempt_at),
  last_attempt_at: toWireTimeOrNull(row.last_attempt_at),
  created_at: toWireTime(row.created_at),
});
