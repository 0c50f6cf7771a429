import { z } from '@hono/zod-openapi';
import { roles } from '../../db/schema/workspaces.ts';
import { Id, Time } from '../../http/schema.ts';

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
