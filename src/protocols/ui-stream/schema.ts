import { z } from '@hono/zod-openapi';
import { busyPolicies } from '../../db/schema/runs.ts';
import { Id } from '../../http/schema.ts';
import { ClientTools, OptionalVersion } from '../../runs/index.ts';
import { maxAttachments } from '../../sessions/index.ts';

/** The fields of an AI SDK message that are read. */
export const UiMessage = z.looseObject({
  id: z.string().max(200).optional(),
  role: z.enum(['system', 'user', 'assistant']),
  parts: z
    .array(z.looseObject({ type: z.string().max(100), text: z.string().max(100_000).optional() }))
    .max(1000),
});

/** A tool call of an answer with the decision that the client added. */
export const UiApprovalPart = z.looseObject({
  type: z.string().regex(/^(?:tool-.+|dynamic-tool)$/),
  toolCallId: z.string(),
  state: z.literal('approval-responded'),
  approval: z.looseObject({
    id: z.string(),
    approved: z.boolean(),
    reason: z.string().optional(),
  }),
});
export type UiApprovalPart = z.output<typeof UiApprovalPart>;

/** A tool call of an answer with the result that the client added. */
export const UiToolPart = z.looseObject({
  type: z.string().regex(/^(?:tool-.+|dynamic-tool)$/),
  toolCallId: z.string(),
  state: z.enum(['output-available', 'output-error']),
  output: z.unknown().optional(),
  errorText: z.string().optional(),
});
export type UiToolPart = z.output<typeof UiToolPart>;

/**
 * The request of the AI SDK's `DefaultChatTransport`. The session stores the history: only the last
 * message is read.
 */
export const ChatRequest = z
  .strictObject({
    id: Id('ses').describe('Id of the session: pass it to `useChat` as `id`'),
    messages: z
      .array(z.record(z.string(), z.unknown()))
      .max(10_000)
      .describe('`UIMessage`s of the AI SDK'),
    trigger: z.enum(['submit-message', 'regenerate-message']).default('submit-message'),
    messageId: z
      .string()
      .max(200)
      .nullish()
      .describe(
        'With `regenerate-message`, the answer to regenerate; default: the last. With `submit-message`, the message to edit',
      ),
    attachments: z
      .array(Id('att'))
      .max(maxAttachments)
      .optional()
      .describe(
        'Attachments of this session to send with the message: `sendMessage({ text }, { body: { attachments } })`',
      ),
    tools: ClientTools.optional(),
    version: OptionalVersion.default(null),
    on_busy: z
      .enum(busyPolicies)
      .nullable()
      .default(null)
      .describe('null uses the policy of the session'),
  })
  .openapi('ChatRequest', {
    example: {
      id: 'ses_01kajv2q5ve0mt8h2vj3c6x7ra',
      messages: [
        { id: '1', role: 'user', parts: [{ type: 'text', text: 'How do I descale the machine?' }] },
      ],
      trigger: 'submit-message',
    } as never,
  });
export type ChatRequest = z.output<typeof ChatRequest>;
