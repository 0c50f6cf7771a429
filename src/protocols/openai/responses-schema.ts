import { z } from '@hono/zod-openapi';
import { Flag } from '../../http/schema.ts';
import {
  allowedFields,
  effort,
  functionFields,
  ignored,
  JsonFormat,
  JsonSchema,
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
import { Extras } from './extras.ts';
import { expectedChoice, orExplain, ReasoningPart, said } from './said.ts';
import { ModelName } from './schema.ts';

export const ResponseId = z
  .string()
  .regex(/^resp_[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  .openapi({ description: 'Id, `resp_…`', example: 'resp_01kajv2q5ve0mt8h2vj3c6x7ra' });

const status = z.string().max(40).nullish();
const id = z.string().max(200).nullish();

const InputText = said({ type: z.enum(['input_text', 'text']), text: Text });
const OutputText = said({ type: z.literal('output_text'), text: Text });
const Refusal = said({ type: z.literal('refusal'), refusal: Text });
const InputImage = said({
  type: z.literal('input_image'),
  image_url: z
    .string()
    .max(maxInlineFile)
    .nullish()
    .describe('An `https:` URL, or a data URL: `data:image/png;base64,…`'),
  file_id: z.string().max(200).nullish().describe('Of `POST /v1/files`'),
  detail: z.string().max(40).nullish(),
});
const InputFile = said({
  type: z.literal('input_file'),
  file_data: z
    .string()
    .max(maxInlineFile)
    .nullish()
    .describe('A data URL: `data:application/pdf;base64,…`'),
  file_id: z.string().max(200).nullish().describe('Of `POST /v1/files`'),
  file_url: z.string().max(4000).nullish().describe('An `https:` URL'),
  filename: z.string().max(255).nullish(),
});
const expectedParts =
  'Must be text, or a list of `input_text`, `input_image`, `input_file`, `output_text` and `refusal` parts.';
const Part = z.discriminatedUnion(
  'type',
  [InputText, OutputText, Refusal, InputImage, InputFile, ReasoningPart],
  {
    error: orExplain(expectedParts),
  },
);
const content = z.union([Text, z.array(Part).max(maxItems)], { error: orExplain(expectedParts) });

const MessageItem = said({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content,
  id,
  status,
});
const expectedOutput = 'Must be text, or a list of `input_text` parts.';
const OutputPart = z.discriminatedUnion('type', [InputText], { error: orExplain(expectedOutput) });

const callId = z.string().min(1).max(200);
const FunctionCall = said({
  type: z.literal('function_call'),
  call_id: callId,
  name: toolName,
  arguments: Text,
  id,
  status,
});
const FunctionOutput = said({
  type: z.literal('function_call_output'),
  call_id: callId,
  output: z.union([Text, z.array(OutputPart).max(maxItems)], { error: orExplain(expectedOutput) }),
  id,
  status,
});
/** Reasoning, and searches of a model whose outcome is in the message after them. */
const IgnoredItem = said({
  type: z.enum(['reasoning', 'web_search_call', 'file_search_call']),
  id,
  status,
});
const ItemReference = said({
  type: z.literal('item_reference').nullish(),
  id: z.string().min(1).max(200).describe('Id of an output item of a stored response'),
}).openapi('ResponseItemReference');

export const InputItem = z
  .union([MessageItem, FunctionCall, FunctionOutput, IgnoredItem, ItemReference], {
    error: orExplain(
      'Must be a message, `function_call`, `function_call_output`, `item_reference` or `reasoning`.',
    ),
  })
  .openapi('ResponseInputItem', {
    example: { role: 'user', content: 'How do I descale the machine?' } as never,
  });
export type InputItem = z.output<typeof InputItem>;

const Tool = z.strictObject({
  type: z.literal('function', {
    error: 'Other tools than functions are not supported; give them to the agent.',
  }),
  ...functionFields,
  cache_control: ignored(),
});

const NamedTool = z.strictObject({ type: z.literal('function'), name: toolName });
const ToolChoice = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    NamedTool,
    z.strictObject({ type: z.literal('allowed_tools'), ...allowedFields(NamedTool) }),
  ],
  { error: orExplain(expectedChoice) },
);

/** What is no id of one stands for no conversation. */
const conversationId = z
  .string()
  .max(200)
  .openapi({ description: 'Id, `conv_…`', example: 'conv_01kajv2q5ve0mt8h2vj3c6x7ra' });
const ConversationParam = z.union([conversationId, z.strictObject({ id: conversationId })], {
  error: 'Must be the id of a conversation, `conv_…`, or an object with its `id`.',
});

export const CreateResponse = z
  .strictObject({
    model: ModelName.nullish().describe(
      'May be left out where `previous_response_id` says which agent it is',
    ),
    input: z
      .union([Text.min(1), z.array(InputItem).min(1).max(maxItems)], {
        error: orExplain('Must be text, or a list of messages and tool calls.'),
      })
      .describe('Text, or items. Keys that are not listed are ignored in items and parts'),
    instructions: z
      .string()
      .max(100_000)
      .nullish()
      .describe('Besides those of the agent; for this response alone'),
    previous_response_id: z
      .string()
      .max(200)
      .nullish()
      .describe('Goes on from that response, also where others have followed it'),
    stream: z.boolean().nullish().describe('Events with `sequence_number`, as server-sent events'),
    stream_options: z.strictObject({ include_obfuscation: ignored() }).nullish(),
    store: z.boolean().nullish().describe('false: it can be neither read nor continued afterwards'),
    background: z
      .boolean()
      .nullish()
      .describe('Answers at once; read it, or its stream, by its id'),
    ...sampling,
    max_output_tokens: z.number().int().min(1).max(1_000_000).nullish(),
    reasoning: z
      .strictObject({ effort, summary: ignored(), generate_summary: ignored() })
      .nullish(),
    tools: z
      .array(Tool)
      .max(maxTools)
      .nullish()
      .describe('Tools of yours, besides those of the agent'),
    tool_choice: ToolChoice.nullish(),
    parallel_tool_calls: z
      .boolean()
      .nullish()
      .describe('false: at most one call of your tools an answer'),
    text: z
      .strictObject({
        format: z
          .discriminatedUnion('type', [
            TextFormat,
            JsonFormat,
            z.strictObject({ type: z.literal('json_schema'), ...schemaFields }),
          ])
          .nullish(),
        verbosity: ignored(),
      })
      .nullish(),
    user: User,
    safety_identifier: User,
    metadata: Metadata,
    truncation: z
      .enum(['auto', 'disabled'])
      .nullish()
      .describe('History that is too long is always left out or told shortly, as the agent is set'),
    include: z
      .array(z.string().max(100))
      .max(20)
      .nullish()
      .describe('Accepted, without effect here'),
    top_logprobs: refused('`top_logprobs`'),
    conversation: ConversationParam.nullish().describe(
      'Goes on in that conversation; in place of `previous_response_id`',
    ),
    prompt: refused('`prompt`, in place of an agent,'),
    max_tool_calls: refused('`max_tool_calls`, in place of the agent’s limits,'),
    moderation: refused('`moderation`'),
    context_management: ignored(),
    prompt_cache_key: ignored(),
    prompt_cache_options: ignored(),
    prompt_cache_retention: ignored(),
    service_tier: ignored(),
  })
  .openapi('CreateResponse', {
    example: { model: 'support', input: 'How do I descale the machine?' } as never,
  });
export type CreateResponse = z.output<typeof CreateResponse>;

/** What a request would send is counted by the same fields. */
export const CountInputTokens = z
  .strictObject({
    ...CreateResponse.shape,
    input: CreateResponse.shape.input.nullish(),
    personality: ignored(),
  })
  .refine(
    ({ model, conversation, previous_response_id }) =>
      (model ?? conversation ?? previous_response_id) != null,
    {
      path: ['model'],
      error:
        '`model` is required where neither `conversation` nor `previous_response_id` names it.',
    },
  )
  .openapi('CountInputTokens', {
    example: { model: 'support', input: 'How do I descale the machine?' } as never,
  });
export type CountInputTokens = z.output<typeof CountInputTokens>;

export const InputTokens = z
  .object({ object: z.literal('response.input_tokens'), input_tokens: z.number().int() })
  .openapi('ResponseInputTokens');

export const ResponseQuery = z.strictObject({
  stream: Flag.prefault('false').describe('true: its events, live or as they were'),
  starting_after: z
    .string()
    .regex(/^\d{1,8}$/, 'Must be a whole number.')
    .transform(Number)
    .openapi({ type: 'integer', example: 3 as never })
    .optional()
    .describe('The `sequence_number` after which the events begin; needs `stream`'),
  include: z.string().max(200).optional().describe('Accepted, without effect here'),
  'include[]': z.string().max(2000).optional().describe('Accepted, without effect here'),
  include_obfuscation: Flag.optional().describe('Accepted, without effect here'),
});
export type ResponseQuery = z.output<typeof ResponseQuery>;

export const ResponseAnnotation = z
  .object({
    type: z.literal('file_citation'),
    file_id: z.string(),
    filename: z.string(),
    index: z.number().int().describe('Where the marker stands in the text'),
    page: z.number().int().nullable(),
    quote: z.string().describe('The document’s own words'),
  })
  .openapi('ResponseAnnotation');
export type ResponseAnnotation = z.output<typeof ResponseAnnotation>;

const itemStatus = z.enum(['in_progress', 'completed', 'incomplete']);

const Logprob = z.object({
  token: z.string(),
  bytes: z.array(z.number().int()),
  logprob: z.number(),
});

export const OutputMessage = z.object({
  type: z.literal('message'),
  id: z.string(),
  status: itemStatus,
  role: z.literal('assistant'),
  content: z.array(
    z.object({
      type: z.literal('output_text'),
      text: z.string(),
      annotations: z.array(ResponseAnnotation),
      logprobs: z
        .array(Logprob.extend({ top_logprobs: z.array(Logprob) }))
        .describe('Always empty'),
    }),
  ),
});
export type OutputMessage = z.output<typeof OutputMessage>;

export const OutputCall = z.object({
  type: z.literal('function_call'),
  id: z.string(),
  status: itemStatus,
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
});
export type OutputCall = z.output<typeof OutputCall>;

/** What a request asked for, as its response tells it again. */
export const ResponseEcho = z.object({
  model: z.string().describe('The agent, as it was asked for').openapi({ example: 'support' }),
  instructions: z.string().nullable(),
  previous_response_id: z.string().nullable(),
  conversation: z.object({ id: z.string() }).nullish(),
  background: z.boolean(),
  store: z.boolean(),
  temperature: z.number().nullable(),
  top_p: z.number().nullable(),
  max_output_tokens: z.number().int().nullable(),
  tools: z.array(
    z.object({
      type: z.literal('function'),
      name: z.string(),
      description: z.string().nullable(),
      parameters: z.record(z.string(), z.unknown()).nullable(),
      strict: z.boolean(),
    }),
  ),
  tool_choice: ToolChoice,
  parallel_tool_calls: z.boolean(),
  text: z.object({
    format: z.discriminatedUnion('type', [
      TextFormat,
      JsonFormat,
      z.object({
        type: z.literal('json_schema'),
        name: z.string(),
        description: z.string().optional(),
        schema: JsonSchema,
        strict: z.boolean(),
      }),
    ]),
  }),
  reasoning: z.object({ effort, summary: z.null() }),
  truncation: z.enum(['auto', 'disabled']),
  user: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
});
export type ResponseEcho = z.output<typeof ResponseEcho>;

export const OpenAiResponse = z
  .object({
    id: ResponseId,
    object: z.literal('response'),
    access_programs: z.null(),
    created_at: z.number().int(),
    completed_at: z.number().int().nullable(),
    status: z
      .enum(['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'incomplete'])
      .describe('`queued`: in the background, it waits for the response before it in its session'),
    error: z
      .object({ code: z.enum(['server_error', 'rate_limit_exceeded']), message: z.string() })
      .nullable(),
    incomplete_details: z
      .object({ reason: z.enum(['max_output_tokens', 'content_filter']) })
      .nullable()
      .describe(
        '`max_output_tokens` also where a limit of the agent ended it, as `agentgrid.finish_reason` tells',
      ),
    output: z.array(z.union([OutputMessage, OutputCall])),
    usage: z
      .object({
        input_tokens: z.number().int(),
        input_tokens_details: z.object({
          cached_tokens: z.number().int(),
          cache_write_tokens: z.number().int(),
        }),
        output_tokens: z.number().int(),
        output_tokens_details: z.object({ reasoning_tokens: z.number().int() }),
        total_tokens: z.number().int(),
      })
      .nullable()
      .describe('null until it has ended, and where a provider does not count'),
    ...ResponseEcho.shape,
    agentgrid: Extras.optional().describe('Once the run has ended'),
  })
  .openapi('OpenAIResponse');
export type OpenAiResponse = z.output<typeof OpenAiResponse>;

export const DeletedResponse = z
  .object({ id: ResponseId, object: z.literal('response.deleted'), deleted: z.literal(true) })
  .openapi('DeletedResponse');
