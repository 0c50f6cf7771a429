import { z } from '@hono/zod-openapi';
import type { audit_log } from '../db/schema/platform.ts';
import { type api_keys, roles, type workspaces } from '../db/schema/workspaces.ts';
import { pageQuery } from '../http/openapi.ts';
import { dateRange, Id, Instant, Name, Time, TimeZone } from '../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';

const Settings = {
  name: Name(100).openapi({ example: 'Acme' }),
  time_zone: TimeZone,
  default_model: z
    .string()
    .min(3)
    .max(200)
    .describe('For agents that name none')
    .openapi({ example: 'builtin/extractive' }),
  background_model: z
    .string()
    .min(3)
    .max(200)
    .nullable()
    .describe(
      'A cheap model that writes titles, summaries and suggestions; null for the built-in rules',
    )
    .openapi({ example: 'openai/gpt-5-nano' }),
  retention_days: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .nullable()
    .describe(
      'Sessions that were created longer ago than this are erased, within the hour; null keeps them',
    ),
  usage_retention_days: z
    .number()
    .int()
    .min(35)
    .max(3650)
    .nullable()
    .describe('Usage rows older than this are moved to the archive; null keeps them'),
  content_logging: z
    .boolean()
    .describe(
      'Whether traces and events keep what was said; messages are kept until their session is erased',
    ),
};

export const CreateWorkspace = z
  .strictObject({
    name: Settings.name,
    time_zone: TimeZone.default('UTC'),
    default_model: Settings.default_model.default('builtin/extractive'),
    background_model: Settings.background_model.default(null),
    retention_days: Settings.retention_days.default(null),
    usage_retention_days: Settings.usage_retention_days.default(null),
    content_logging: Settings.content_logging.default(true),
  })
  .openapi('CreateWorkspace', { example: { name: 'Acme' } as never });
export type CreateWorkspace = z.output<typeof CreateWorkspace>;

export const UpdateWorkspace = z
  .strictObject(Settings)
  .partial()
  .openapi('UpdateWorkspace', { example: { time_zone: 'Europe/Zurich' } });
export type UpdateWorkspace = z.output<typeof UpdateWorkspace>;

export const Workspace = z
  .object({ id: Id('ws'), ...Settings, created_at: Time, updated_at: Time })
  .openapi('Workspace');
export type Workspace = z.output<typeof Workspace>;

export const toWorkspace = ({
  suspended_at: _s,
  deleted_at: _d,
  ...row
}: typeof workspaces.$inferSelect): Workspace => ({
  ...row,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

const AgentIds = z
  .array(Id('agt'))
  .min(1)
  .max(50)
  .nullable()
  .describe('The only agents this key may touch; null for all');

export const CreateApiKey = z
  .strictObject({
    name: Name(100).openapi({ example: 'Website' }),
    role: z.enum(roles),
    agent_ids: AgentIds.default(null),
    expires_at: Instant.nullable().default(null).describe('null never expires'),
  })
  .openapi('CreateApiKey', { example: { name: 'Website', role: 'runtime' } as never });
export type CreateApiKey = z.output<typeof CreateApiKey>;

export const UpdateApiKey = z
  .strictObject({
    name: Name(100),
    role: z.enum(roles),
    agent_ids: AgentIds,
    expires_at: Instant.nullable(),
  })
  .partial()
  .openapi('UpdateApiKey', { example: { name: 'Website (old)' } });
export type UpdateApiKey = z.output<typeof UpdateApiKey>;

export const RotateApiKey = z
  .strictObject({
    grace_s: z
      .number()
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(3600)
      .describe('Seconds the old key stays valid'),
  })
  .openapi('RotateApiKey', { example: { grace_s: 3600 } });
export type RotateApiKey = z.output<typeof RotateApiKey>;

export const ApiKey = z
  .object({
    id: Id('key'),
    name: z.string(),
    role: z.enum(roles),
    last_four: z.string().openapi({ example: '7f3a' }),
    agent_ids: z.array(z.string()).nullable(),
    status: z.enum(['active', 'expired', 'revoked']),
    expires_at: Time.nullable(),
    revoked_at: Time.nullable(),
    rotated_to: z.string().nullable().describe('The key that replaces this one'),
    created_by: z.string().nullable(),
    created_at: Time,
  })
  .openapi('ApiKey');
export type ApiKey = z.output<typeof ApiKey>;

export const NewApiKey = ApiKey.extend({
  secret: z
    .string()
    .describe('Shown this once; only its SHA-256 is kept')
    .openapi({ example: 'ag_1…' }),
}).openapi('NewApiKey');
export type NewApiKey = z.output<typeof NewApiKey>;

export const NewWorkspace = z
  .object({ workspace: Workspace, api_key: NewApiKey })
  .openapi('NewWorkspace');
export type NewWorkspace = z.output<typeof NewWorkspace>;

export function toApiKey(row: typeof api_keys.$inferSelect, now: number): ApiKey {
  const isExpired = row.expires_at !== null && row.expires_at <= now;
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    last_four: row.last_four,
    agent_ids: row.agent_ids,
    status: row.revoked_at !== null ? 'revoked' : isExpired ? 'expired' : 'active',
    expires_at: toWireTimeOrNull(row.expires_at),
    revoked_at: toWireTimeOrNull(row.revoked_at),
    rotated_to: row.rotated_to,
    created_by: row.created_by,
    created_at: toWireTime(row.created_at),
  };
}

export const Me = z
  .object({
    type: z.literal('api_key'),
    id: Id('key'),
    workspace_id: Id('ws'),
    role: z.enum(roles),
    permissions: z.array(z.string()),
    agent_ids: z.array(z.string()).nullable(),
    expires_at: Time.nullable(),
  })
  .openapi('Me');
export type Me = z.output<typeof Me>;

export const AuditQuery = z.strictObject({
  ...pageQuery,
  action: z
    .string()
    .max(64)
    .optional()
    .describe('What was done')
    .openapi({ example: 'agent.activate' }),
  actor_id: z.string().max(64).optional().describe('Who did it: the id of a key'),
  target_id: z.string().max(64).optional().describe('What it was done to'),
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
