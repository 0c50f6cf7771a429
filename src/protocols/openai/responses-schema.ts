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
import { expectedChoice, explainUnion } from './lenient-schema.ts';
import { ModelName, serverLabel } from './schema.ts';

const FunctionTool = z.strictObject({
  type: z.literal('function'),
  ...functionFields,
  cache_control: ignored(),
});
/** Clients that ask people for approvals require a tool with the label of the requests. */
const AgentTools = z
  .strictObject({
    type: z.literal('mcp'),
    server_label: z.literal(
      serverLabel,
      `Only \`${serverLabel}\`, the tools of the agent, is supported here. Add other servers to the agent.`,
    ),
    require_approval: z
      .unknown()
      .optional()
      .refine(
        (value) => value !== 'never',
        'never is not supported: the rules of the agent decide which calls wait. Use `always`.',
      ),
    allowed_tools: refused('`allowed_tools`'),
    ...{ server_url: ignored(), connector_id: ignored(), server_description: ignored() },
    ...{ authorization: ignored(), headers: ignored(), defer_loading: ignored() },
    allowed_callers: ignored(),
  })
  .openapi('ResponseAgentTools', {
    description: 'The tools of the agent, which it has in any case. Not sent to the model',
  });
const Tool = z.discriminatedUnion('type', [FunctionTool, AgentTools], {
  error:
    'Tools of other types than `function` are not supported in a request. Add them to the agent.',
});
type Tool = z.output<typeof Tool>;

/** Returns the functions among the tools of a request, with their pointers. */
export const functionsOf = ({ tools }: { readonly tools?: readonly Tool[] | null | undefined }) =>
  (tools ?? []).flatMap((tool, index) =>
    tool.type === 'function' ? [{ at: `/tools/${index}`, tool }] : [],
  );

const NamedTool = z.strictObject({ type: z.literal('function'), name: toolName });
export const ToolChoice = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    NamedTool,
    z.strictObject({ type: z.literal('allowed_tools'), ...allowedFields(NamedTool) }),
  ],
  { error: explainUnion(expectedChoice) },
);

/** A malformed id is accepted here and answered with `not_found` when the conversation is read. */
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
      'Optional when `previous_response_id` or `conversation` determines the agent',
    ),
    input: z
      .union([Text.min(1), z.array(InputItem).min(1).max(maxItems)], {
        error: explainUnion('Must be text, or a list of messages and tool calls.'),
      })
      .describe('Text, or a list of items. Unknown keys of items and parts are ignored'),
    instructions: z
      .string()
      .max(100_000)
      .nullish()
      .describe('Added to the instructions of the agent, for this response only'),
    previous_response_id: z
      .string()
      .max(200)
      .nullish()
      .describe('Continues from that response. A response can be continued several times'),
    stream: z
      .boolean()
      .nullish()
      .describe('true streams server-sent events, each with a `sequence_number`'),
    stream_options: z.strictObject({ include_obfuscation: ignored() }).nullish(),
    store: z
      .boolean()
      .nullish()
      .describe('false: the response cannot be retrieved or continued later'),
    background: z
      .boolean()
      .nullish()
      .describe('true returns immediately. Retrieve or stream the response by its id'),
    ...sampling,
    max_output_tokens: z.int().min(1).max(1_000_000).nullish(),
    reasoning: z
      .strictObject({ effort, summary: ignored(), generate_summary: ignored() })
      .nullish(),
    tools: z
      .array(Tool)
      .max(maxTools)
      .nullish()
      .describe('Functions that you execute, in addition to the tools of the agent'),
    tool_choice: ToolChoice.nullish(),
    parallel_tool_calls: z
      .boolean()
      .nullish()
      .describe('false allows at most one call of your tools per answer'),
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
      .describe(
        'Accepted without effect: the memory settings of the agent decide how long history is omitted or summarized',
      ),
    include: z.array(z.string().max(100)).max(20).nullish().describe('Accepted and ignored'),
    top_logprobs: refused('`top_logprobs`'),
    conversation: ConversationParam.nullish().describe(
      'Continues that conversation. Not allowed with `previous_response_id`',
    ),
    prompt: refused('`prompt` (use an agent)'),
    max_tool_calls: refused('`max_tool_calls` (set the limits of the agent)'),
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

/** A request that counts input tokens has the fields of a request that creates a response. */
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
      error: '`model` is required unless `conversation` or `previous_response_id` determines it.',
    },
  )
  .openapi('CountInputTokens', {
    example: { model: 'support', input: 'How do I descale the machine?' } as never,
  });
export type CountInputTokens = z.output<typeof CountInputTokens>;

export const InputTokens = z
  .object({ object: z.literal('response.input_tokens'), input_tokens: z.int() })
  .openapi('ResponseInputTokens');

export const ResponseQuery = z.strictObject({
  stream: Flag.prefault('false').describe(
    'true streams the events of the response, live or replayed',
  ),
  starting_after: z
    .string()
    .regex(/^\d{1,8}$/, 'Must be a whole number.')
    .transform(Number)
    .openapi({ type: 'integer', example: 3 as never })
    .optional()
    .describe('Sends only events with a greater `sequence_number`; requires `stream=true`'),
  include: z.string().max(200).optional().describe('Accepted and ignored'),
  'include[]': z.string().max(2000).optional().describe('Accepted and ignored'),
  include_obfuscation: Flag.optional().describe('Accepted and ignored'),
});
export type ResponseQuery = z.output<typeof ResponseQuery>;
