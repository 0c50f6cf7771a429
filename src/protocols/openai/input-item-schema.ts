import { z } from '@hono/zod-openapi';
import { maxInlineFile, maxItems, Text, toolName } from './common-schema.ts';
import { explainUnion, lenientObject, ReasoningPart } from './lenient-schema.ts';

const status = z.string().max(40).nullish();
const id = z.string().max(200).nullish();

const InputText = lenientObject({ type: z.enum(['input_text', 'text']), text: Text });
const OutputText = lenientObject({ type: z.literal('output_text'), text: Text });
const Refusal = lenientObject({ type: z.literal('refusal'), refusal: Text });
const InputImage = lenientObject({
  type: z.literal('input_image'),
  image_url: z
    .string()
    .max(maxInlineFile)
    .nullish()
    .describe('An `https:` URL, or a data URL: `data:image/png;base64,…`'),
  file_id: z.string().max(200).nullish().describe('Id of a file from `POST /v1/files`'),
  detail: z.string().max(40).nullish(),
});
const InputFile = lenientObject({
  type: z.literal('input_file'),
  file_data: z
    .string()
    .max(maxInlineFile)
    .nullish()
    .describe('A data URL: `data:application/pdf;base64,…`'),
  file_id: z.string().max(200).nullish().describe('Id of a file from `POST /v1/files`'),
  file_url: z.string().max(4000).nullish().describe('An `https:` URL'),
  filename: z.string().max(255).nullish(),
});
const expectedParts =
  'Must be text, or a list of `input_text`, `input_image`, `input_file`, `output_text` and `refusal` parts.';
const Part = z.discriminatedUnion(
  'type',
  [InputText, OutputText, Refusal, InputImage, InputFile, ReasoningPart],
  {
    error: explainUnion(expectedParts),
  },
);
const content = z.union([Text, z.array(Part).max(maxItems)], {
  error: explainUnion(expectedParts),
});

const MessageItem = lenientObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content,
  id,
  status,
});
const expectedOutput = 'Must be text, or a list of `input_text` parts.';
const OutputPart = z.discriminatedUnion('type', [InputText], {
  error: explainUnion(expectedOutput),
});

const callId = z.string().min(1).max(200);
const FunctionCall = lenientObject({
  type: z.literal('function_call'),
  call_id: callId,
  name: toolName,
  arguments: Text,
  id,
  status,
});
const FunctionOutput = lenientObject({
  type: z.literal('function_call_output'),
  call_id: callId,
  output: z.union([Text, z.array(OutputPart).max(maxItems)], {
    error: explainUnion(expectedOutput),
  }),
  id,
  status,
});
/** Reasoning items and the search calls of a model. They are ignored: the message after them has their result. */
const IgnoredItem = lenientObject({
  type: z.enum(['reasoning', 'web_search_call', 'file_search_call']),
  id,
  status,
});
const ApprovalRequest = lenientObject({
  type: z.literal('mcp_approval_request'),
  id: z.string().min(1).max(200),
  arguments: Text.nullish(),
}).openapi('ResponseApprovalRequestItem', {
  description:
    'The request of an earlier response. With a decision, it states the arguments that you have seen',
});
const ApprovalResponse = lenientObject({
  type: z.literal('mcp_approval_response'),
  approval_request_id: z.string().min(1).max(200).describe('`id` of an `mcp_approval_request`'),
  approve: z.boolean(),
  reason: z
    .string()
    .max(2000)
    .nullish()
    .describe('Kept with the decision; the model reads the reason of a rejection'),
  id,
}).openapi('ResponseApprovalResponse', { description: 'A decision about a call that waits' });

const ItemReference = lenientObject({
  type: z.literal('item_reference').nullish(),
  id: z.string().min(1).max(200).describe('Id of an output item of a stored response'),
}).openapi('ResponseItemReference');

export const InputItem = z
  .union(
    [
      ...([MessageItem, FunctionCall, FunctionOutput, IgnoredItem] as const),
      ...([ApprovalRequest, ApprovalResponse, ItemReference] as const),
    ],
    {
      error: explainUnion(
        'Must be a message, `function_call`, `function_call_output`, `mcp_approval_response`, `item_reference` or `reasoning`.',
      ),
    },
  )
  .openapi('ResponseInputItem', {
    example: { role: 'user', content: 'How do I descale the machine?' } as never,
  });
export type InputItem = z.output<typeof InputItem>;
