import { z } from '@hono/zod-openapi';
import { AgentConfigPatch } from '../../agents/index.ts';
import { EndUserId, Metadata } from '../../http/schema.ts';
import { ClientTools } from '../actions/client-tools.ts';
import { Inputs, maxMessageChars, OptionalVersion, TextPart } from '../schema/request.ts';

export const StartRun = z
  .strictObject({
    message: z
      .string()
      .trim()
      .min(1)
      .max(maxMessageChars)
      .optional()
      .describe('The user’s text; or `parts`'),
    parts: z.array(TextPart).min(1).max(20).optional(),
    inputs: Inputs.default({}),
    version: OptionalVersion.default(null),
    end_user_id: EndUserId.nullable().default(null).describe('Who asks, in your own terms'),
    stream: z
      .boolean()
      .optional()
      .describe('Server-sent events or not; without it `Accept: text/event-stream` decides'),
    tools: ClientTools.optional(),
    config: AgentConfigPatch.optional().describe(
      'Tries a draft: merged into the version, checked as if it were saved, and not kept. Needs the permission `agents:write`',
    ),
    metadata: Metadata.default({}),
  })
  .refine((body) => (body.message === undefined) !== (body.parts === undefined), {
    path: ['message'],
    message: 'Send `message` or `parts`, one of them.',
  })
  .openapi('StartRun', {
    example: { message: 'How do I descale the machine?', end_user_id: 'customer-4711' } as never,
  });
export type StartRun = z.output<typeof StartRun>;
