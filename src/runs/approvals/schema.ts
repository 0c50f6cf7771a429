import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { approvalStatuses } from '../../db/schema/approvals.ts';
import { effects } from '../../db/schema/effects.ts';
import { pageQuery } from '../../http/openapi.ts';
import { EndUserId, Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import type { ApprovalRow } from './store.ts';

export const Approval = z
  .object({
    id: Id('apr'),
    run_id: Id('run'),
    agent_id: Id('agt'),
    session_id: z.string().nullable().describe('null for a run without a session'),
    end_user_id: z.string().nullable(),
    tool_call_id: z.string(),
    tool_name: z.string(),
    effect: z.enum(effects).describe('Effect of the tool'),
    reason: z.string().describe('Why the call waits, or waited'),
    input: z
      .unknown()
      .describe(
        'Arguments of the model; null for a role without access to messages, for an end user who may not read a file that the run has read, and once decided where content is not logged',
      ),
    edited_input: z.unknown().describe('Arguments that were used instead; null for none'),
    digest: z
      .string()
      .describe('Identifies what is approved: the definition of the tool and the arguments'),
    status: z
      .enum(approvalStatuses)
      .describe('`expired`: nobody decided in time; `cancelled`: the run ended before a decision'),
    decided_by: z
      .string()
      .nullable()
      .describe('Id of the API key or of the end user; null for no decision'),
    comment: z.string().nullable().describe('Reason given with the decision'),
    decided_at: Time.nullable(),
    created_at: Time,
    expires_at: Time.describe('Time at which a pending call expires with its run'),
  })
  .openapi('Approval');
export type Approval = z.output<typeof Approval>;

export const ApprovalsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(approvalStatuses).optional().describe('Filter by status'),
  agent: AgentParameter.optional(),
  run: Id('run').optional().describe('Filter by run'),
  session: Id('ses').optional().describe('Filter by session'),
  end_user_id: EndUserId.optional().describe('Filter by end user'),
  tool: z.string().min(1).max(128).optional().describe('Filter by name of the tool'),
});
export type ApprovalsQuery = z.output<typeof ApprovalsQuery>;

export const toApproval = (
  { workspace_id: _, created_at, expires_at, decided_at, status, ...row }: ApprovalRow,
  now: number,
): Approval => ({
  ...row,
  status: status === 'pending' && expires_at <= now ? 'expired' : status,
  created_at: toWireTime(created_at),
  expires_at: toWireTime(expires_at),
  decided_at: toWireTimeOrNull(decided_at),
});
