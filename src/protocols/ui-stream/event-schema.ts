import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';
import { FileCitation, PageCitation, Run } from '../../runs/index.ts';
import { once } from '../../shared/once.ts';
import { GeneratedFile } from '../../tools/index.ts';

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });

const call = () => ({
  toolCallId: z.string(),
  dynamic: z
    .literal(true)
    .optional()
    .describe('true for a tool of the agent; absent for a client tool of the request'),
});
const named = () => ({ ...call(), toolName: z.string() });

function startEvents() {
  const RunStarted = z
    .object({
      id: Id('run'),
      status: z.literal('running'),
      user_message_id: z.string(),
      version: z.object({ id: z.string(), number: z.int() }),
      experiment: Run.shape.experiment,
    })
    .describe('The run at its start');

  return [
    event('start', {
      messageId: z
        .string()
        .optional()
        .describe('Id of the answer; absent for a message that a person answers'),
    }).describe('The first event. Repeated with the same id when a waiting run is resumed'),
    event('data-run', {
      data: z.union([RunStarted, Run]),
      transient: z
        .literal(true)
        .optional()
        .describe('Present on the first `data-run` only: it is not part of the message'),
    }).describe(
      'The run: after `start`; again with usage, cost and confidence when it is stored, or with `required_actions` when it waits',
    ),
    event('data-hand-over', {
      data: z.object({ handled_by: z.literal('human'), message_id: Id('msg') }),
    }).describe(
      'A person handles the session: the message is stored, and the agent does not answer it',
    ),
    event('data-retrieval', {
      data: z.object({ hits: z.int(), confidence: z.number() }),
      transient: z.literal(true),
    }).describe('The knowledge bases were searched'),
    event('start-step', {}).describe('A model call starts'),
  ] as const;
}

function textEvents() {
  const id = z
    .string()
    .describe('Id of the part of the answer; several parts may follow each other');

  return [
    event('text-start', { id }),
    event('text-delta', { id, delta: z.string() }).describe('Text to append to the answer'),
    event('text-end', { id }),
    event('reasoning-start', { id }),
    event('reasoning-delta', { id, delta: z.string() }),
    event('reasoning-end', { id }),
  ] as const;
}

const inputEvents = () =>
  [
    event('tool-input-start', named()).describe('A tool call starts'),
    event('tool-input-delta', { toolCallId: z.string(), inputTextDelta: z.string() }),
    event('tool-input-available', { ...named(), input: z.unknown() }).describe(
      'The arguments are complete',
    ),
    event('tool-input-error', { ...named(), input: z.unknown(), errorText: z.string() }).describe(
      'The tool was not called',
    ),
  ] as const;

const requestEvents = () =>
  [
    event('data-auth-required', {
      data: z.object({
        tool_call_id: z.string(),
        server_id: Id('mcp'),
        server_name: z.string(),
        url: z.string().nullable(),
        url_expires_at: Time,
      }),
      transient: z.literal(true),
    }).describe('The end user has to sign in at `url` before the call can be made'),
    event('data-input-required', {
      data: z.object({
        tool_call_id: z.string(),
        input_id: Id('inp'),
        server_id: Id('mcp'),
        server_name: z.string(),
        message: z.string().nullable(),
        requested_schema: z.record(z.string(), z.unknown()).nullable(),
        url: z.string().nullable(),
      }),
      transient: z.literal(true),
    }).describe('The MCP server of a tool asks a person: a form to fill in, or a page to open'),
    event('tool-approval-request', {
      approvalId: Id('apr'),
      toolCallId: z.string(),
      reason: z.string(),
    }).describe('The call waits for the decision of a person'),
    event('tool-approval-response', {
      approvalId: Id('apr'),
      approved: z.boolean(),
      reason: z.string().optional(),
    }).describe('A person has decided'),
  ] as const;

const outputEvents = () =>
  [
    event('data-tool-progress', {
      data: z.object({
        toolCallId: z.string(),
        progress: z.number(),
        total: z.number().nullable(),
        message: z.string().nullable(),
      }),
      transient: z.literal(true),
    }).describe('How far a call is, if its MCP server reports it'),
    event('tool-output-denied', { toolCallId: z.string() }).describe(
      'The call was rejected, so it was not made',
    ),
    event('tool-output-available', { ...call(), output: z.unknown() }).describe(
      'The result of the tool',
    ),
    event('tool-output-error', { ...call(), errorText: z.string() }).describe(
      'The tool failed; the model reads the error and continues',
    ),
  ] as const;

const sourceEvents = () =>
  [
    event('file', {
      url: z.string(),
      mediaType: z.string(),
      providerMetadata: z.object({ agentgrid: GeneratedFile }),
    }).describe('Code has written a file, which the signed link downloads'),
    event('source-document', {
      sourceId: z.string(),
      mediaType: z.string(),
      title: z.string(),
      filename: z.string(),
      providerMetadata: z.object({ agentgrid: FileCitation }),
    }).describe('A passage of a file that the answer cites'),
    event('source-url', {
      sourceId: z.string(),
      url: z.string(),
      title: z.string(),
      providerMetadata: z.object({ agentgrid: PageCitation }),
    }).describe('A web page that the answer cites'),
  ] as const;

const endEvents = () =>
  [
    event('finish-step', {}),
    event('abort', { reason: z.string() }).describe(
      'The run was cancelled; the text so far is kept',
    ),
    event('error', {
      errorText: z.string().describe('`code: detail`, the code as in a problem document'),
    }).describe('The run failed; always the last event of such a run'),
    event('finish', {
      finishReason: z.enum(['stop', 'length', 'content-filter', 'tool-calls', 'error', 'other']),
    }).describe(
      'The last event of a run that did not fail, or that waits for required actions (`tool-calls`). Everything is stored before it is sent',
    ),
  ] as const;

/** Returns the `data` of the server-sent events of a run, in their order. Only the OpenAPI document needs it. */
export const streamEvent = once(() =>
  z
    .discriminatedUnion('type', [
      ...startEvents(),
      ...textEvents(),
      ...inputEvents(),
      ...requestEvents(),
      ...outputEvents(),
      ...sourceEvents(),
      ...endEvents(),
    ])
    .openapi('StreamEvent', {
      description:
        'One event of the UI message stream (v1) of the AI SDK: the JSON of a `data:` line. `id:` numbers the events from 1, for ' +
        '`Last-Event-ID`; `data: [DONE]` closes the stream; lines that start with a colon are keep-alives.',
    }),
);
