import { z } from '@hono/zod-openapi';
import {
  allowedFields,
  effort,
  functionFields,
  ignored,
  JsonFormat,
  Metadata,
  maxInlineFile,
  maxItems,
  maxTools,
  refused,
  sampling,
  schemaFields,
  Text,
  TextFormat,
  toolName,
  User,
} from './common-schema.ts';
import { ChatExtras } from './extras.ts';
import { expectedChoice, lenientObject, orExplain, ReasoningPart } from './lenient-schema.ts';
import { ModelName } from './schema.ts';

const TextPart = lenientObject({ type: z.literal('text'), text: Text });
const RefusalPart = lenientObject({ type: z.literal('refusal'), refusal: Text });
const ImagePart = lenientObject({
  type: z.literal('image_url'),
  image_url: lenientObject({
    url: z
      .string()
      .max(maxInlineFile)
      .describe('An `https:` URL, or a data URL: `data:image/png;base64,…`'),
    detail: z.string().max(40).nullish(),
  }),
});
const FilePart = lenientObject({
  type: z.literal('file'),
  file: lenientObject({
    file_data: z
      .string()
      .max(maxInlineFile)
      .nullish()
      .describe('A data URL: `data:application/pdf;base64,…`'),
    file_id: z.string().max(200).nullish().describe('Of `POST /v1/files`'),
    filename: z.string().max(255).nullish(),
  }),
});

/** Text, or parts of some types. */
const contentOf = <
  const Parts extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(
  parts: Parts,
  expected: string,
) => {
  const Part = z.discriminatedUnion('type', parts, { error: orExplain(expected) });
  return z.union([Text, z.array(Part).max(maxItems)], { error: orExplain(expected) });
};
const textContent = contentOf([TextPart], 'Must be text, or a list of `text` parts.');
const userContent = contentOf(
  [TextPart, ImagePart, FilePart],
  'Must be text, or a list of `text`, `image_url` and `file` parts.',
);
const assistantContent = contentOf(
  [TextPart, RefusalPart, ReasoningPart],
  'Must be text, or a list of `text` and `refusal` parts.',
);

const ToolCall = lenientObject({
  id: z.string().min(1).max(200),
  type: z.literal('function', {
    error: 'Other tool calls than those of type `function` are not supported.',
  }),
  function: lenientObject({ name: toolName, arguments: Text }),
});

const name = z.string().max(64).nullish();
const System = lenientObject({ role: z.enum(['system', 'developer']), content: textContent, name });
const UserMessage = lenientObject({ role: z.literal('user'), content: userContent, name });
const Assistant = lenientObject({
  role: z.literal('assistant'),
  content: assistantContent.nullish(),
  tool_calls: z.array(ToolCall).max(maxTools).nullish(),
  refusal: Text.nullish(),
  name,
  audio: refused('Audio'),
  function_call: refused('`function_call`, in place of `tool_calls`,'),
});
const ToolMessage = lenientObject({
  role: z.literal('tool'),
  tool_call_id: z.string().min(1).max(200),
  content: textContent,
});

export const ChatMessage = z
  .discriminatedUnion('role', [System, UserMessage, Assistant, ToolMessage])
  .openapi('ChatMessage', { example: { role: 'user', content: 'How do I descale the machine?' } });
export type ChatMessage = z.output<typeof ChatMessage>;

const ChatToolName = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({ name: toolName }),
});

export const CreateChatCompletion = z
  .strictObject({
    model: ModelName,
    messages: z
      .array(ChatMessage)
      .min(1)
      .max(maxItems)
      .describe(
        'The whole conversation. It may end in a message of the assistant, which the answer goes on from, where the provider can do that. ' +
          'Keys that are not listed are ignored in messages and parts',
      ),
    stream: z.boolean().nullish().describe('Chunks as server-sent events'),
    stream_options: z
      .strictObject({
        include_usage: z.boolean().nullish().describe('One more chunk with the usage'),
        include_obfuscation: ignored(),
      })
      .nullish(),
    ...sampling,
    max_completion_tokens: z.number().int().min(1).max(1_000_000).nullish(),
    max_tokens: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .nullish()
      .describe('The older name of `max_completion_tokens`'),
    stop: z.union([z.string().max(100), z.array(z.string().min(1).max(100)).max(4)]).nullish(),
    seed: z.number().int().nullish(),
    frequency_penalty: z.number().min(-2).max(2).nullish(),
    presence_penalty: z.number().min(-2).max(2).nullish(),
    reasoning_effort: effort,
    tools: z
      .array(
        z.strictObject({
          type: z.literal('function', { error: 'Other tools than functions are not supported.' }),
          function: z.strictObject(functionFields),
          cache_control: ignored(),
        }),
      )
      .max(maxTools)
      .nullish()
      .describe(
        'Tools of yours, besides those of the agent: a call of one ends the answer, and you send its result back',
      ),
    tool_choice: z
      .union(
        [
          z.enum(['none', 'auto', 'required']),
          z.strictObject({
            type: z.literal('function'),
            function: z.strictObject({ name: toolName }),
          }),
          z.strictObject({
            type: z.literal('allowed_tools'),
            allowed_tools: z.strictObject(allowedFields(ChatToolName)),
          }),
        ],
        { error: orExplain(expectedChoice) },
      )
      .nullish(),
    parallel_tool_calls: z
      .boolean()
      .nullish()
      .describe('false: at most one call of your tools an answer'),
    response_format: z
      .union(
        [
          TextFormat,
          JsonFormat,
          z.strictObject({
            type: z.literal('json_schema'),
            json_schema: z.strictObject(schemaFields),
          }),
        ],
        {
          error:
            'Must be of type `text`, `json_object`, or `json_schema` with a `name` and a `schema` in `json_schema`.',
        },
      )
      .nullish()
      .describe('The form of the answer, in place of the agent’s own'),
    user: User,
    safety_identifier: User,
    metadata: Metadata,
    n: z.literal(1, { error: 'More than one choice is not supported.' }).nullish(),
    logprobs: refused('`logprobs`'),
    top_logprobs: refused('`top_logprobs`'),
    logit_bias: refused('`logit_bias`'),
    modalities: z
      .array(z.literal('text', { error: 'Other modalities than text are not supported.' }))
      .max(1)
      .nullish(),
    audio: refused('Audio'),
    functions: refused('`functions`, in place of `tools`,'),
    function_call: refused('`function_call`, in place of `tool_choice`,'),
    web_search_options: refused('`web_search_options`'),
    moderation: refused('`moderation`'),
    prediction: ignored(),
    prompt_cache_key: ignored(),
    prompt_cache_options: ignored(),
    prompt_cache_retention: ignored(),
    service_tier: ignored(),
    store: ignored(),
    verbosity: ignored(),
  })
  .openapi('CreateChatCompletion', {
    example: {
      model: 'support',
      messages: [{ role: 'user', content: 'How do I descale the machine?' }],
    } as never,
  });
export type CreateChatCompletion = z.output<typeof CreateChatCompletion>;

export const ChatAnnotation = z
  .object({
    type: z.literal('url_citation'),
    url_citation: z.object({
      url: z
        .string()
        .describe('Where the file’s content is: `/api/v1/files/{file}/content` of this host'),
      title: z
        .string()
        .describe('The file’s name, with the page where it has pages')
        .openapi({ example: 'manual.pdf, page 3' }),
      start_index: z.number().int().describe('Of the marker in the text'),
      end_index: z.number().int(),
    }),
  })
  .openapi('ChatAnnotation');
export type ChatAnnotation = z.output<typeof ChatAnnotation>;

export const CompletionUsage = z
  .object({
    prompt_tokens: z.number().int(),
    completion_tokens: z.number().int(),
    total_tokens: z.number().int(),
    prompt_tokens_details: z.object({ cached_tokens: z.number().int() }).optional(),
    completion_tokens_details: z.object({ reasoning_tokens: z.number().int() }).optional(),
  })
  .openapi('CompletionUsage');
export type CompletionUsage = z.output<typeof CompletionUsage>;

export const ChatCompletion = z
  .object({
    id: z.string().openapi({ example: 'chatcmpl-01kajv2q5ve0mt8h2vj3c6x7ra' }),
    object: z.literal('chat.completion'),
    created: z.number().int(),
    model: z.string().describe('The agent, as it was asked for').openapi({ example: 'support' }),
    choices: z.array(
      z.object({
        index: z.literal(0),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.null(),
          annotations: z.array(ChatAnnotation),
          tool_calls: z
            .array(
              z.object({
                id: z.string(),
                type: z.literal('function'),
                function: z.object({ name: z.string(), arguments: z.string() }),
              }),
            )
            .optional(),
        }),
        logprobs: z.null(),
        finish_reason: z.enum(['stop', 'length', 'tool_calls', 'content_filter']),
      }),
    ),
    usage: CompletionUsage.optional().describe('Absent where a provider does not count'),
    agentgrid: ChatExtras.optional(),
    system_fingerprint: z.string().describe('The id of the version'),
  })
  .openapi('ChatCompletion');
export type ChatCompletion = z.output<typeof ChatCompletion>;
