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
import { expectedChoice, explainUnion, lenientObject, ReasoningPart } from './lenient-schema.ts';
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
    file_id: z.string().max(200).nullish().describe('Id of a file from `POST /v1/files`'),
    filename: z.string().max(255).nullish(),
  }),
});

/** Returns the schema of a message content: text, or a list of parts of the given types. */
const contentOf = <
  const Parts extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(
  parts: Parts,
  expected: string,
) => {
  const Part = z.discriminatedUnion('type', parts, { error: explainUnion(expected) });
  return z.union([Text, z.array(Part).max(maxItems)], { error: explainUnion(expected) });
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
    error: 'Only tool calls of type `function` are supported; other types are not supported.',
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
  function_call: refused('`function_call` (use `tool_calls`)'),
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
        'The whole conversation. If the last message is from the assistant, the answer continues it, provided that the provider ' +
          'supports this. Unknown keys of messages and parts are ignored',
      ),
    stream: z.boolean().nullish().describe('true streams chunks as server-sent events'),
    stream_options: z
      .strictObject({
        include_usage: z.boolean().nullish().describe('true adds a last chunk with the usage'),
        include_obfuscation: ignored(),
      })
      .nullish(),
    ...sampling,
    max_completion_tokens: z.int().min(1).max(1_000_000).nullish(),
    max_tokens: z
      .int()
      .min(1)
      .max(1_000_000)
      .nullish()
      .describe('Deprecated alias of `max_completion_tokens`'),
    stop: z.union([z.string().max(100), z.array(z.string().min(1).max(100)).max(4)]).nullish(),
    seed: z.int().nullish(),
    frequency_penalty: z.number().min(-2).max(2).nullish(),
    presence_penalty: z.number().min(-2).max(2).nullish(),
    reasoning_effort: effort,
    tools: z
      .array(
        z.strictObject({
          type: z.literal('function', {
            error: 'Tools of other types than `function` are not supported.',
          }),
          function: z.strictObject(functionFields),
          cache_control: ignored(),
        }),
      )
      .max(maxTools)
      .nullish()
      .describe(
        'Functions that you execute, in addition to the tools of the agent. A call of one ends the answer; send its result in the next request',
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
        { error: explainUnion(expectedChoice) },
      )
      .nullish(),
    parallel_tool_calls: z
      .boolean()
      .nullish()
      .describe('false allows at most one call of your tools per answer'),
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
      .describe('Format of the answer; replaces the format of the agent'),
    user: User,
    safety_identifier: User,
    metadata: Metadata,
    n: z.literal(1, { error: 'More than one choice is not supported.' }).nullish(),
    logprobs: refused('`logprobs`'),
    top_logprobs: refused('`top_logprobs`'),
    logit_bias: refused('`logit_bias`'),
    modalities: z
      .array(z.literal('text', { error: 'Modalities other than text are not supported.' }))
      .max(1)
      .nullish(),
    audio: refused('Audio'),
    functions: refused('`functions` (use `tools`)'),
    function_call: refused('`function_call` (use `tool_choice`)'),
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
        .describe(
          'URL of the web page, or of the file content: `/api/v1/files/{file}/content` on this host',
        ),
      title: z
        .string()
        .describe(
          'Title of the web page, or file name, followed by the page number for paged formats',
        )
        .openapi({ example: 'manual.pdf, page 3' }),
      start_index: z.int().describe('Offset of the citation marker in the text'),
      end_index: z.int(),
    }),
  })
  .openapi('ChatAnnotation');
export type ChatAnnotation = z.output<typeof ChatAnnotation>;

export const CompletionUsage = z
  .object({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    prompt_tokens_details: z.object({ cached_tokens: z.int() }).optional(),
    completion_tokens_details: z.object({ reasoning_tokens: z.int() }).optional(),
  })
  .openapi('CompletionUsage');
export type CompletionUsage = z.output<typeof CompletionUsage>;

export const ChatCompletion = z
  .object({
    id: z.string().openapi({ example: 'chatcmpl-01kajv2q5ve0mt8h2vj3c6x7ra' }),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string().describe('The model name of the request').openapi({ example: 'support' }),
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
    usage: CompletionUsage.optional().describe('Absent when the provider reports no token counts'),
    agentgrid: ChatExtras.optional(),
    system_fingerprint: z.string().describe('Id of the agent version that answered'),
  })
  .openapi('ChatCompletion');
export type ChatCompletion = z.output<typeof ChatCompletion>;
