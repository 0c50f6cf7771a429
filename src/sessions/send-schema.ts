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
      .describe('The user’s text; or `parts`'),
    parts: z.array(TextPart).min(1).max(20).optional(),
    stream: z
      .boolean()
      .optional()
      .describe('Server-sent events or not; without it `Accept: text/event-stream` decides'),
    attachments: z
      .array(Id('att'))
      .max(maxAttachments)
      .optional()
      .describe('Attachments of this session that go with the message'),
    tools: ClientTools.optional(),
    version: OptionalVersion.default(null),
    on_busy: OnBusy.nullable().default(null).describe('null for the session’s own'),
  })
  .refine((body) => (body.message === undefined) !== (body.parts === undefined), {
    path: ['message'],
    message: 'Send `message` or `parts`, one of them.',
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
      .describe('Server-sent events or not; without it `Accept: text/event-stream` decides'),
    on_busy: OnBusy.nullable().default(null).describe('null for the session’s own'),
  })
  .openapi('Regenerate', { example: {} as never });
export type Regenerate = z.output<typeof Regenerate>;

export const ForkSession = z
  .strictObject({
    message_id: Id('msg').describe('The last message that is copied'),
    title: Name(200)
      .nullable()
      .optional()
      .describe('Absent for the title of the session it is forked from'),
  })
  .openapi('ForkSession');
export type ForkSession = z.output<typeof ForkSession>;
