import { z } from '@hono/zod-openapi';
import type { session_events } from '../../db/schema/experiments.ts';
import { eventName } from '../../experiments/index.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Metadata, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';

export type SessionEventRow = typeof session_events.$inferSelect;

const EventName = z
  .string()
  .regex(
    eventName,
    'Must be a lower-case letter, followed by at most 63 lower-case letters, digits and `_ . -`.',
  )
  .describe('Name of the event; `goal` is the event that counts as success by default')
  .openapi({ example: 'goal' });

export const CreateSessionEvent = z
  .strictObject({
    name: EventName,
    value: z
      .number()
      .min(-1e12)
      .max(1e12)
      .default(1)
      .describe('The metric `event:<name>` of experiments is the sum of the values'),
    metadata: Metadata.default({}),
  })
  .openapi('CreateSessionEvent', {
    example: { name: 'order.value', value: 49.9, metadata: { order: 'A-1002' } } as never,
  });
export type CreateSessionEvent = z.output<typeof CreateSessionEvent>;

export const SessionEventsQuery = z.strictObject({
  ...pageQuery,
  name: EventName.optional().describe('Filter by name'),
});
export type SessionEventsQuery = z.output<typeof SessionEventsQuery>;

export const SessionEvent = z
  .object({
    id: Id('sev'),
    session_id: Id('ses'),
    name: z.string(),
    value: z.number(),
    metadata: Metadata,
    created_by: z.string().nullable(),
    created_at: Time,
  })
  .openapi('SessionEvent');
export type SessionEvent = z.output<typeof SessionEvent>;

export const toSessionEvent = (row: SessionEventRow): SessionEvent => ({
  id: row.id,
  session_id: row.session_id,
  name: row.name,
  value: row.value,
  metadata: row.metadata as SessionEvent['metadata'],
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
});
