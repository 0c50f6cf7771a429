import { z } from '@hono/zod-openapi';
import { Id, Name } from '../http/schema.ts';
import { ClientTools, maxMessageChars, OnBusy, OptionalVersion, TextPart } from '../runs/index.ts';
import { maxAttachments } from './attachments/schema.ts';

export const SendMessage = z
  .strictObject({
    message: z
      .string()
      .trim()
      .min(1)
      .max(maxMessageChars)
      .optional()
      .describe('The user’s text. Use either `message` or `parts`'),
    parts: z.array(TextPart).min(1).max(20).optional(),
    stream: z
      .boolean()
      .optional()
      .describe(
        'Stream the answer as server-sent events; defaults to whether `Accept` is `text/event-stream`',
      ),
    attachments: z
      .array(Id('att'))
      .max(maxAttachments)
      .optional()
      .describe('Ids of attachments of this session to send with the message'),
    tools: ClientTools.optional(),
    version: OptionalVersion.default(null),
    on_busy: OnBusy.nullable().default(null).describe('null for the session’s version'),
  })
  .refine((body) => (body.message === undefined) !== (body.parts === undefined), {
    path: ['message'],
    message: 'Send either `message` or `parts`.',
  })
  .openapi('SendMessage', { example: { message: 'How do I descale the machine?' } as never });
export type SendMessage = z.output<typeof SendMessage>;

export const Regenerate = z
  .strictObject({
    tools: ClientTools.optional(),
    version: OptionalVersion.default(null),
    stream: z
      .boolean()
      .optional()
      .describe(
        'Stream the answer as server-sent events; defaults to whether `Accept` is `text/event-stream`',
      ),
    on_busy: OnBusy.nullable().default(null).describe('null for the session’s version'),
  })
  .openapi('Regenerate', { example: {} as never });
export type Regenerate = z.output<typeof Regenerate>;

export const ForkSession = z
  .strictObject({
    message_id: Id('msg').describe('The last message to copy'),
    title: Name(200)
      .nullable()
      .optional()
      .describe('Defaults to the title of the original session'),
  })
  .openapi('ForkSession');
export type ForkSession = z.output<typeof ForkSession>;
