import { z } from '@hono/zod-openapi';
import { FileCitation } from '../../runs/index.ts';
import { effort, JsonFormat, JsonSchema, TextFormat } from './common-schema.ts';
import { Extras } from './extras.ts';
import { ToolChoice } from './responses-schema.ts';
import { serverLabel } from './schema.ts';

export const ResponseId = z
  .string()
  .regex(/^resp_[0-7][0-9a-hjkmnp-tv-z]{25}(?:_[1-9]\d{0,2})?$/)
  .openapi({ description: 'Id, `resp_…`', example: 'resp_01kajv2q5ve0mt8h2vj3c6x7ra' });

const ResponseFileCitation = z
  .object({
    type: z.literal('file_citation'),
    file_id: z.string(),
    filename: z.string(),
    index: z.int().describe('Offset of the citation marker in the text'),
    page: z.int().nullable(),
    quote: z.string().describe('Text quoted from the document'),
    revision: FileCitation.shape.revision,
    page_size: FileCitation.shape.page_size,
    boxes: FileCitation.shape.boxes,
  })
  .openapi('ResponseFileCitation');

const ResponseUrlCitation = z
  .object({
    type: z.literal('url_citation'),
    url: z.string().describe('Address of a web page'),
    title: z.string(),
    start_index: z.int().describe('Offset of the citation marker in the text'),
    end_index: z.int(),
    quote: z.string().describe('Text quoted from the page'),
  })
  .openapi('ResponseUrlCitation');

const ContainerFileCitation = z
  .object({
    type: z.literal('container_file_citation'),
    container_id: z.string().describe('Id of the code execution that has written the file'),
    file_id: z.string(),
    filename: z.string(),
    start_index: z.int().describe('The end of the text: code writes files beside it'),
    end_index: z.int(),
    url: z.string().describe('Signed link, valid for 24 hours from its creation'),
  })
  .openapi('ResponseContainerFileCitation');

export const ResponseAnnotation = z
  .discriminatedUnion('type', [ResponseFileCitation, ResponseUrlCitation, ContainerFileCitation])
  .openapi('ResponseAnnotation');
export type ResponseAnnotation = z.output<typeof ResponseAnnotation>;

const itemStatus = z.enum(['in_progress', 'completed', 'incomplete']);

const Logprob = z.object({
  token: z.string(),
  bytes: z.array(z.int()),
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

export const OutputApproval = z
  .object({
    type: z.literal('mcp_approval_request'),
    id: z.string().openapi({ example: 'mcpr_01kajv2q5ve0mt8h2vj3c6x7ra' }),
    server_label: z.literal(serverLabel),
    name: z.string().describe('Name of a tool of the agent'),
    arguments: z.string(),
  })
  .openapi('ResponseApprovalRequest', {
    description:
      'A call that waits for a person. Send the decision as `mcp_approval_response` in the `input` of the next request',
  });
export type OutputApproval = z.output<typeof OutputApproval>;

/** The request parameters that a response repeats. */
export const ResponseEcho = z.object({
  model: z.string().describe('The model name of the request').openapi({ example: 'support' }),
  instructions: z.string().nullable(),
  previous_response_id: z.string().nullable(),
  conversation: z.object({ id: z.string() }).nullish(),
  background: z.boolean(),
  store: z.boolean(),
  temperature: z.number().nullable(),
  top_p: z.number().nullable(),
  max_output_tokens: z.int().nullable(),
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
    created_at: z.int(),
    completed_at: z.int().nullable(),
    status: z
      .enum(['queued', 'in_progress', 'completed', 'failed', 'cancelled', 'incomplete'])
      .describe(
        '`queued`: a background response that waits for the previous response of its session',
      ),
    error: z
      .object({ code: z.enum(['server_error', 'rate_limit_exceeded']), message: z.string() })
      .nullable(),
    incomplete_details: z
      .object({ reason: z.enum(['max_output_tokens', 'content_filter']) })
      .nullable()
      .describe(
        '`max_output_tokens` is also used when a limit of the agent ended the run; `agentgrid.finish_reason` has the exact reason',
      ),
    output: z.array(z.union([OutputMessage, OutputCall, OutputApproval])),
    usage: z
      .object({
        input_tokens: z.int(),
        input_tokens_details: z.object({
          cached_tokens: z.int(),
          cache_write_tokens: z.int(),
        }),
        output_tokens: z.int(),
        output_tokens_details: z.object({ reasoning_tokens: z.int() }),
        total_tokens: z.int(),
      })
      .nullable()
      .describe('null until the run has ended, and when the provider reports no token counts'),
    ...ResponseEcho.shape,
    agentgrid: Extras.optional().describe('Present when the run has ended'),
  })
  .openapi('OpenAIResponse');
export type OpenAiResponse = z.output<typeof OpenAiResponse>;

export const DeletedResponse = z
  .object({ id: ResponseId, object: z.literal('response.deleted'), deleted: z.literal(true) })
  .openapi('DeletedResponse');
