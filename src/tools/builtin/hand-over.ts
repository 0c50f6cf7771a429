import { z } from '@hono/zod-openapi';
import { requestHandOver } from '../../hand-overs/index.ts';
import { defineBuiltIn } from './define.ts';

export const handOver = defineBuiltIn({
  name: 'hand_over',
  description:
    'Hands the conversation over to a person of the team. Use it when the user asks for a person, when you cannot help, or when your instructions say so. After it, tell the user in one sentence that a person will reply here.',
  input: z.strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('Why a person is needed, in a few words, such as `Refund above the limit`'),
    note: z
      .string()
      .trim()
      .max(2000)
      .describe('Facts for the person: what was tried, and what is still open')
      .optional(),
  }),
  // Sends nothing to third parties and can be undone, so it needs no approval.
  effect: 'read',
  revision: 1,
  is_trusted: true,
  async run(ctx, { reason, note = null }, { attribution }) {
    const { session_id, agent_id, end_user_id = null, run_id = null } = attribution;
    if (session_id == null || agent_id == null)
      return {
        ok: false,
        error: 'This conversation has no session, so it cannot be handed over. Answer yourself.',
      };
    const open = await requestHandOver(ctx, {
      ...{ session_id, agent_id, end_user_id, reason, note, run_id },
      ...{ requested_by: 'agent', requested_by_id: agent_id },
    });
    return open === null
      ? { ok: false, error: 'The session is archived. Answer yourself.' }
      : { ok: true, output: { handed_over: true } };
  },
});
