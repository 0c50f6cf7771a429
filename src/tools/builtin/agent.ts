import { z } from '@hono/zod-openapi';
import { defineBuiltIn } from './define.ts';

/** Calls another agent of the workspace. Limits of depth and cycles are the service's to enforce. */
export const agent = defineBuiltIn({
  name: 'agent',
  description:
    'Asks another agent of this workspace and returns its answer. It knows nothing of this conversation: say everything it needs.',
  input: z.strictObject({
    agent: z.string().min(1).max(64).describe('Slug or id of the agent'),
    message: z.string().min(1).max(20_000),
  }),
  effect: 'read',
  revision: 1,
  run: (_ctx, input, { services }) => services.callAgent(input),
});
