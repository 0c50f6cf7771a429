import { z } from '@hono/zod-openapi';
import type { audit_log } from '../../db/schema/platform.ts';
import { pageQuery } from '../../http/openapi.ts';
import { dateRange, Id, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';

export const AuditQuery = z.strictObject({
  ...pageQuery,
  action: z.string().max(64).optional().describe('Action').openapi({ example: 'agent.activate' }),
  actor_id: z.string().max(64).optional().describe('Id of the actor, such as an API key'),
  target_id: z.string().max(64).optional().describe('Id of the target'),
  ...dateRange,
});
export type AuditQuery = z.output<typeof AuditQuery>;

export const AuditEntry = z
  .object({
    id: Id('aud'),
    actor_type: z.string(),
    actor_id: z.string().nullable(),
    action: z.string().openapi({ example: 'agent.activate' }),
    target_type: z.string(),
    target_id: z.string(),
    detail: z.record(z.string(), z.unknown()).nullable(),
    request_id: z.string(),
    ip: z.string().nullable(),
    created_at: Time,
  })
  .openapi('AuditEntry');
export type AuditEntry = z.output<typeof AuditEntry>;

export const toAuditEntry = ({
  workspace_id: _,
  ...row
}: typeof audit_log.$inferSelect): AuditEntry => ({
  ...row,
  created_at: toWireTime(row.created_at),
});
