import { z } from '@hono/zod-openapi';
import type { AgentConfig } from '../../agents/index.ts';
import { Id } from '../../http/schema.ts';
import type { Ctx } from '../../platform/context.ts';
import { fingerprintContent } from '../../platform/idempotency.ts';
import {
  endUserOf,
  Inputs,
  isRequired,
  maxMessageChars,
  prepareOneOff,
  type RunRequest,
  runAsStream,
} from '../../runs/index.ts';
import {
  authorizeSession,
  inNewSession,
  selectSession,
  turnRequest,
} from '../../sessions/index.ts';
import { invalid, notFound } from '../../shared/failure.ts';
import type { McpAgent, McpScope } from './agents.ts';
import { toAnswerReply } from './answer.ts';
import { type ObjectSchema, readArguments, toInputSchema } from './arguments.ts';
import { mcpStream, readAnswer } from './run-stream.ts';
import type { ToolCall, ToolReply } from './tool.ts';

const AskArguments = z.strictObject({
  message: z
    .string()
    .trim()
    .min(1)
    .max(maxMessageChars)
    .describe('The question or task, complete: the agent does not see your conversation'),
  session_id: Id('ses')
    .optional()
    .describe('`session_id` of an earlier answer, to continue that conversation'),
  inputs: Inputs.optional().describe('Values of the form with which a conversation starts'),
});
type AskArguments = z.output<typeof AskArguments>;

/** Returns the JSON Schema of the arguments for an agent: `inputs` has the fields of its form. */
export function askInputSchema({ inputs }: AgentConfig): ObjectSchema {
  const schema = toInputSchema(AskArguments);
  const { inputs: _, ...always } = schema.properties;
  const properties = inputs.length === 0 ? always : { ...always, inputs: formSchema(inputs) };
  return { ...schema, properties };
}

const formSchema = (fields: AgentConfig['inputs']): object => ({
  type: 'object',
  description: 'Values with which a new conversation starts; not with `session_id`',
  properties: Object.fromEntries(
    fields.map((field) => [
      field.name,
      {
        type: field.type === 'number' || field.type === 'boolean' ? field.type : 'string',
        description: field.label,
        ...(field.type === 'select' ? { enum: field.options } : {}),
        ...(field.default === null ? {} : { default: field.default }),
      },
    ]),
  ),
  required: fields.filter(isRequired).map(({ name }) => name),
  additionalProperties: false,
});

/** Asks an agent in a new session, or in the one that the call continues. Throws the failure of the run. */
export async function ask(
  agent: McpAgent,
  { scope, input, signal, report }: ToolCall,
): Promise<ToolReply> {
  const given = readArguments(AskArguments, input);
  const ctx = await fingerprintContent(scope.ctx, { agent: agent.id, ...given });
  const run =
    given.session_id === undefined
      ? await startSession(ctx, scope, agent, given)
      : await continueSession(ctx, scope, agent, given, given.session_id);
  const stream = await runAsStream(ctx, run, { protocol: mcpStream });
  const message = await readAnswer(stream, signal, report);
  return toAnswerReply(message, {
    origin: scope.origin,
    is_structured: agent.config.output_schema !== null,
    is_replayed: stream.is_joined,
  });
}

async function startSession(
  ctx: Ctx,
  { end_user_id }: McpScope,
  { id }: McpAgent,
  { message, inputs = {} }: AskArguments,
): Promise<RunRequest> {
  const given = { message, inputs, version: null, end_user_id, metadata: {} };
  return inNewSession(ctx, await prepareOneOff(ctx, id, given), { on_busy: 'reject' });
}

/** Throws `not_found` for a session of another agent or end user, and `validation_failed` for new inputs. */
async function continueSession(
  ctx: Ctx,
  { end_user_id }: McpScope,
  { id }: McpAgent,
  { message, inputs }: AskArguments,
  session_id: string,
): Promise<RunRequest> {
  if (inputs !== undefined)
    throw invalid('/inputs', 'A conversation keeps its inputs: leave them out with `session_id`.');
  const rows = await selectSession(ctx.db, ctx.workspace_id, session_id).all();
  const session = authorizeSession(ctx, rows);
  const user = endUserOf(ctx, end_user_id);
  if (session.agent_id !== id || (user !== null && session.end_user_id !== user))
    throw notFound('session');
  // Not queued: a run may wait for a person for hours.
  return turnRequest(ctx, session_id, { text: message, version: null, on_busy: 'reject' });
}
