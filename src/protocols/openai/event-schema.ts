import { z } from '@hono/zod-openapi';
import { once } from '../../shared/once.ts';
import { ChatAnnotation, ChatCompletion, CompletionUsage } from './chat-schema.ts';
import { ChatExtras } from './extras.ts';
import {
  OpenAiResponse,
  OutputApproval,
  OutputCall,
  OutputMessage,
  ResponseAnnotation,
} from './response-object-schema.ts';

// Only the OpenAPI document needs the schemas of events.
export const chatCompletionChunk = once(() => {
  const { id, created, model, system_fingerprint, choices } = ChatCompletion.shape;

  const ToolCallDelta = z.object({
    index: z.int(),
    id: z.string().optional(),
    type: z.literal('function').optional(),
    function: z.object({ name: z.string().optional(), arguments: z.string().optional() }),
  });

  return z
    .object({
      id,
      object: z.literal('chat.completion.chunk'),
      created,
      model,
      system_fingerprint,
      choices: z.array(
        z.object({
          index: z.literal(0),
          delta: z.object({
            role: z.literal('assistant').optional(),
            content: z.string().nullable().optional(),
            refusal: z.null().optional(),
            tool_calls: z.array(ToolCallDelta).optional(),
            annotations: z.array(ChatAnnotation).optional(),
          }),
          logprobs: z.null(),
          finish_reason: choices.element.shape.finish_reason.nullable(),
        }),
      ),
      usage: CompletionUsage.nullable()
        .optional()
        .describe('Present with `stream_options.include_usage`; null except in the last chunk'),
      agentgrid: ChatExtras.optional().describe('Present in the chunk with the `finish_reason`'),
    })
    .openapi('ChatCompletionChunk', {
      description: 'The JSON of a `data:` line; `data: [DONE]` closes the stream.',
    });
});

export const responseStreamEvent = once(() => {
  const number = {
    sequence_number: z.int().describe('Sequence number from 0, without gaps'),
  };
  const place = {
    item_id: z.string(),
    output_index: z.int(),
    content_index: z.int(),
  };
  const ofCall = { item_id: z.string(), output_index: z.int() };
  const part = OutputMessage.shape.content.element;
  const logprobs = z.array(z.unknown());
  const item = {
    output_index: z.int(),
    item: z.union([OutputMessage, OutputCall, OutputApproval]),
  };

  const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
    z.object({ type: z.literal(type), ...number, ...shape });

  return z
    .discriminatedUnion('type', [
      event('response.created', { response: OpenAiResponse }),
      event('response.in_progress', { response: OpenAiResponse }),
      event('response.output_item.added', item),
      event('response.content_part.added', { ...place, part }),
      event('response.output_text.delta', { ...place, delta: z.string(), logprobs }),
      event('response.output_text.annotation.added', {
        ...place,
        annotation_index: z.int(),
        annotation: ResponseAnnotation,
      }),
      event('response.output_text.done', { ...place, text: z.string(), logprobs }),
      event('response.content_part.done', { ...place, part }),
      event('response.function_call_arguments.delta', { ...ofCall, delta: z.string() }),
      event('response.function_call_arguments.done', {
        ...ofCall,
        name: z.string(),
        arguments: z.string(),
      }),
      event('response.output_item.done', item),
      event('response.completed', { response: OpenAiResponse }),
      event('response.incomplete', { response: OpenAiResponse }),
      event('response.failed', { response: OpenAiResponse }),
      event('error', { code: z.string(), message: z.string(), param: z.string().nullable() }),
    ])
    .openapi('ResponseStreamEvent', {
      description:
        'The JSON of a `data:` line, named by its `event:` line; `data: [DONE]` closes the stream.',
    });
});
