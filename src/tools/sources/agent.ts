import { z } from '@hono/zod-openapi';
import { defineBuiltIn } from '../builtin/define.ts';
import type { ToolSource } from './source.ts';

/** Calls another agent of the workspace. `ToolServices.callAgent` enforces depth and refuses cycles. */
const agentTool = defineBuiltIn({
  name: 'agent',
  description:
    'Sends a message to another agent of this workspace and returns its answer. The agent does not see this conversation: include everything it needs.',
  input: z.strictObject({
    agent: z.string().min(1).max(64).describe('Slug or id of the agent'),
    message: z.string().min(1).max(20_000),
  }),
  effect: 'read',
  revision: 1,
  run: (_ctx, input, { services }) => services.callAgent(input),
});

/** Agents as tools: one tool, whose argument names the agent. */
export const agentSource: ToolSource<'agent'> = {
  list: async () => [agentTool],
  pin: async (_ctx, names) =>
    names.includes(agentTool.name) ? [{ kind: 'agent', name: agentTool.name }] : [],
  resolve: async () => [agentTool],
  status: { where: 'code', of: () => 'current' },
};
