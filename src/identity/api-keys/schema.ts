import { z } from '@hono/zod-openapi';
import { type api_keys, roles } from '../../db/schema/workspaces.ts';
import { Id, Instant, Name, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';

const AgentIds = z
  .array(Id('agt'))
  .min(1)
  .max(50)
  .nullable()
  .describe('Agents that the key is limited to. Null allows all agents.');

export const CreateApiKey = z
  .strictObject({
    name: Name(100).openapi({ example: 'Website' }),
    role: z.enum(roles),
    agent_ids: AgentIds.default(null),
    expires_at: Instant.nullable().default(null).describe('Null for a key that does not expire.'),
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
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(3600)
      .describe('Seconds for which the old key stays valid'),
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
    .describe('Returned once; only its SHA-256 hash is stored')
    .openapi({ example: 'ag_1…' }),
}).openapi('NewApiKey');
export type NewApiKey = z.output<typeof NewApiKey>;

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
