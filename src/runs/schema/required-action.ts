import { z } from '@hono/zod-openapi';
import { effects } from '../../db/schema/effects.ts';
import { Id, Time } from '../../http/schema.ts';

/** An action that a waiting run requires. */
export const RequiredAction = z
  .discriminatedUnion('type', [
    z
      .object({
        type: z.literal('tool_result'),
        tool_call_id: z.string(),
        tool_name: z.string().describe('Name of one of the `tools` of the message'),
        input: z
          .unknown()
          .describe('Arguments that match its schema; null for a role without access to messages'),
      })
      .openapi('RequiredToolResult', { description: 'The result of a call of one of your tools' }),
    z
      .object({
        type: z.literal('approval'),
        approval_id: Id('apr'),
        tool_call_id: z.string(),
        tool_name: z.string().describe('Name of a tool of the agent'),
        input: z.unknown().describe('Arguments; null for a role without access to messages'),
        effect: z.enum(effects).describe('Effect of the tool'),
        reason: z.string().describe('Why the call waits, for the person who decides'),
        digest: z
          .string()
          .describe('Identifies what is approved: the definition of the tool and the arguments'),
      })
      .openapi('RequiredApproval', {
        description: 'A decision about a call of a tool of the agent, which waits for it',
      }),
    z
      .object({
        type: z.literal('sign_in'),
        tool_call_id: z.string(),
        tool_name: z.string().describe('Name of a tool of the agent'),
        input: z.unknown().describe('Arguments; null for a role without access to messages'),
        server_id: Id('mcp'),
        server_name: z.string(),
        url: z
          .string()
          .nullable()
          .describe(
            'Page where the end user allows the call. Open it in their browser and show it to nobody else; null for a role without access to messages',
          ),
        url_expires_at: Time.describe(
          'Then `POST /tools/mcp/{server}/authorizations` returns another page',
        ),
      })
      .openapi('RequiredSignIn', {
        description: 'A sign-in of the end user, for which a call of a tool of the agent waits',
      }),
    z
      .object({
        type: z.literal('input'),
        input_id: Id('inp').describe('Identifies the question; part of the action that answers it'),
        tool_call_id: z.string(),
        tool_name: z.string().describe('Name of a tool of the agent'),
        input: z.unknown().describe('Arguments; null for a role without access to messages'),
        server_id: Id('mcp'),
        server_name: z.string().describe('Show it: the server decides about the question'),
        message: z
          .string()
          .nullable()
          .describe(
            'Text of the server, which is a third party: plain text, never markup; null for a role without access to messages',
          ),
        requested_schema: z
          .record(z.string(), z.unknown())
          .nullable()
          .describe(
            'JSON Schema of the `content` of the action: an object whose properties are strings, numbers, booleans or choices. null for a page',
          ),
        url: z
          .string()
          .nullable()
          .describe(
            'Page of the server on which the person continues. Show the whole address, and open it only if they ask for it; null for a form',
          ),
      })
      .openapi('RequiredInput', {
        description:
          'A question of the MCP server of a tool, for which a call waits: a form to fill in, or a page to open',
      }),
  ])
  .openapi('RequiredAction');
