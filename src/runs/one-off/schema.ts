import { z } from '@hono/zod-openapi';
import { AgentConfigPatch } from '../../agents/index.ts';
import { EndUserId, Metadata } from '../../http/schema.ts';
import { ClientTools } from '../actions/client-tools.ts';
import { Inputs, maxMessageChars, OptionalVersion, TextPart } from '../schema/request.ts';

/** Characters of all messages of a history, which is stored with the run. */
const maxHistoryChars = 300_000;

const HistoryMessage = z.strictObject({
  role: z.enum(['user', 'assistant']),
  text: z.string().min(1).max(maxMessageChars),
});

export const StartRun = z
  .strictObject({
    message: z
      .string()
      .trim()
      .min(1)
      .max(maxMessageChars)
      .optional()
      .describe('The user’s text. Use either `message` or `parts`'),
    parts: z.array(TextPart).min(1).max(20).optional(),
    history: z
      .array(HistoryMessage)
      .max(200)
      .refine(
        (messages) => messages.reduce((sum, { text }) => sum + text.length, 0) <= maxHistoryChars,
        {
          message: `All messages together may have at most ${maxHistoryChars} characters.`,
        },
      )
      .optional()
      .describe(
        'Messages before the question, oldest first, of a conversation that you keep. The memory settings of the version decide how many of them the model reads',
      ),
    inputs: Inputs.default({}),
    version: OptionalVersion.default(null),
    end_user_id: EndUserId.nullable().default(null).describe('Your id of the end user'),
    stream: z
      .boolean()
      .optional()
      .describe(
        'Stream the answer as server-sent events; defaults to whether `Accept` is `text/event-stream`',
      ),
    background: z
      .boolean()
      .optional()
      .describe(
        'Return 202 with the run once it has started, and run without a connection. Read it with `GET /runs/{run}`, its events with `GET /runs/{run}/events`, or subscribe a webhook to `run.*`',
      ),
    tools: ClientTools.optional(),
    config: AgentConfigPatch.optional().describe(
      'Draft to preview: merged into the version, validated like a saved one, and not stored. Requires the permission `agents:write`',
    ),
    metadata: Metadata.default({}),
  })
  .refine((body) => (body.message === undefined) !== (body.parts === undefined), {
    path: ['message'],
    message: 'Send either `message` or `parts`.',
  })
  .refine((body) => !(body.background === true && body.stream === true), {
    path: ['stream'],
    message:
      'A run in the background has no response to stream. Read its events with `GET /runs/{run}/events`.',
  })
  .openapi('StartRun', {
    example: { message: 'How do I descale the machine?', end_user_id: 'customer-4711' } as never,
  });
export type StartRun = z.output<typeof StartRun>;
