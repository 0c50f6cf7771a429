import { z } from '@hono/zod-openapi';
import { roles } from '../../db/schema/workspaces.ts';
import { Id, Time } from '../../http/schema.ts';

export const Me = z
  .object({
    type: z.enum(['api_key', 'user']),
    id: z.string().openapi({
      description: 'Id of the key, or of the membership of a person (`mem_…`)',
      example: 'key_01kajv2q5ve0mt8h2vj3c6x7ra',
    }),
    workspace_id: Id('ws'),
    role: z
      .enum([...roles, 'owner'])
      .describe('An `owner` is a member with the permissions of an `admin`'),
    permissions: z.array(z.string()),
    agent_ids: z.array(z.string()).nullable(),
    expires_at: Time.nullable(),
  })
  .openapi('Me');
export type Me = z.output<typeof Me>;
