import { z } from '@hono/zod-openapi';
import { Flag } from '../../http/schema.ts';
import {
  allowedFields,
  effort,
  functionFields,
  ignored,
  JsonFormat,
  Metadata,
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
import { InputItem } from './input-item-schema.ts';
import { expectedChoice, orExplain } from './lenient-schema.ts';
import { ModelName } from './schema.ts';

const Tool = z.strictObject({
  type: z.literal('function', {
    error: 'Other tools than functions are not supported; give them to the agent.',
  }),
  ...functionFields,
  cache_control: ignored(),
});

const NamedTool = z.strictObject({ type: z.literal('function'), name: toolName });
export const ToolChoice = z.union(
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
