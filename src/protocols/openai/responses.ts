import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Replay } from '../../platform/idempotency.ts';
import {
  attachToRun,
  type EndedRun,
  eraseRun,
  newSession,
  readOutcome,
  runAsStream,
  startRun,
  stopRun,
  type TurnInput,
  type WireRequest,
} from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { answerOf, prepareRun } from './agent.ts';
import { clientCallsOf } from './answer.ts';
import { conversationIdOf, prepareInConversation } from './conversation-response.ts';
import { unknownPreviousResponse, unknownResponse, unsupported } from './errors.ts';
import { toEventStream } from './event-stream.ts';
import { toResponseId, toRunId } from './ids.ts';
import { bringFiles } from './input-files.ts';
import { readEarlier } from './item-references.ts';
import { beginningOf, endOf, failureOf, toOutputMessage } from './response.ts';
import { echoOf, filesOfItems, readItems, readResponseOverrides } from './responses-input.ts';
import {
  type CreateResponse,
  type OpenAiResponse,
  type ResponseEcho,
  ResponseId,
  type ResponseQuery,
} from './responses-schema.ts';
import { type ResponsesWireOptions, responsesWire } from './responses-wire.ts';
import { checkRequestSize } from './text-size.ts';
import { versionOf } from './version-of.ts';

interface Prepared {
  readonly session_id: string;
  readonly input: TurnInput;
  readonly echo: ResponseEcho;
}

/** Answers in a session that the next request may go on in. Throws `model_not_found`, `not_found`, the run's failure. */
export async function createResponse(
  ctx: Ctx,
  body: CreateResponse,
): Promise<OpenAiResponse | Response> {
  checkRequestSize(body);
  const { session_id, input, echo } = await prepare(ctx, body);
  if (body.stream === true)
    return toEventStream(await runAsStream(ctx, session_id, input, wireFor(echo)));
  if (body.background === true) return startResponse(ctx, session_id, input);
  return answerOf(ctx, session_id, input, (message) => endOf(message, echo));
}

async function startResponse(
  ctx: Ctx,
  session_id: string,
  input: TurnInput,
): Promise<OpenAiResponse> {
  const { run_id, is_joined } = await startRun(ctx, session_id, input);
  const reply = await getResponse(ctx, toResponseId(run_id));
  if (is_joined) throw new Replay(reply);
  return reply;
}

async function prepare(ctx: Ctx, body: CreateResponse): Promise<Prepared> {
  if (body.store === false && body.background === true)
    throw unsupported('/background', 'What is not stored is not supported in the background.');
  const conversation = conversationIdOf(body);
  if (conversation !== null) return prepareInConversation(ctx, body, conversation);
  return body.previous_response_id == null
    ? begin(ctx, body)
    : goOn(ctx, body, body.previous_response_id);
}

async function begin(ctx: Ctx, body: CreateResponse): Promise<Prepared> {
  if (body.model == null)
    throw unsupported('/model', 'Say which agent, where no `previous_response_id` does.');
  const brought = await bringFiles(ctx, filesOfItems(body));
  const earlier = await readEarlier(ctx, body, null);
  const { question, messages } = readItems(body, earlier);
  const overrides = readResponseOverrides(body);
  const { session_id, input } = await prepareRun(ctx, body.model, question, body);
  const echo = echoOf(body, body.model);
  const rest = {
    prompt: messages,
    overrides,
    brought: [...brought, ...earlier.files],
    metadata: { openai: echo },
  };
  if (body.store === false || input.create === undefined)
    return { session_id, input: { ...input, ...rest }, echo };
  const { agent_id, end_user_id, inputs, version, metadata } = input.create;
  const create = newSession(ctx, {
    agent_id,
    end_user_id,
    inputs,
    version,
    metadata,
    on_busy: 'queue',
  });
  return { session_id: create.id, input: { ...input, ...rest, create }, echo };
}

/** From that response's own message, also where others have followed it since. */
async function goOn(ctx: Ctx, body: CreateResponse, previous: string): Promise<Prepared> {
  if (body.store === false)
    throw unsupported(
      '/store',
      'What follows a stored response is stored; other values are not supported.',
    );
  const {
    row,
    session,
    terminal,
    echo: before,
  } = await findResponse(ctx, previous).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found'
      ? unknownPreviousResponse(previous)
      : error;
  });
  if (terminal?.type !== 'finished')
    throw unsupported(
      '/previous_response_id',
      `That response is ${row.status}: going on from it is not supported.`,
    );
  const brought = await bringFiles(ctx, filesOfItems(body));
  const chain = {
    session_id: session.id,
    message_id: terminal.message.id,
    calls: clientCallsOf(terminal.message),
  };
  const earlier = await readEarlier(ctx, withUser(body, session.end_user_id), chain);
  const { question, messages } = readItems(body, earlier);
  if (body.user != null && body.user !== session.end_user_id)
    throw unsupported('/user', 'Another user than that of the previous response is not supported.');
  const model = body.model ?? before.model;
  const version = await versionOf(ctx, row.agent_id, body.model ?? null, before.model);
  const echo = echoOf(body, model);
  const input: TurnInput = {
    text: question,
    parent_id: terminal.message.id,
    version,
    on_busy: 'queue',
    prompt: messages,
    brought: [...brought, ...earlier.files],
    overrides: readResponseOverrides(body),
    metadata: { openai: echo },
  };
  return { session_id: session.id, input, echo };
}

/** A request that goes on is of the session's end user. */
const withUser = (body: CreateResponse, end_user_id: string | null): CreateResponse => ({
  ...body,
  user: body.user ?? end_user_id,
});

interface Found extends EndedRun {
  readonly echo: ResponseEcho;
}

/** Throws `not_found` for what is no response, or one that was not to be stored. */
export async function findResponse(ctx: Ctx, id: string): Promise<Found> {
  if (!ResponseId.safeParse(id).success) throw unknownResponse();
  const outcome = await readOutcome(ctx, toRunId(id)).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found' ? unknownResponse() : error;
  });
  const echo = outcome.row.metadata?.openai as ResponseEcho | undefined;
  if (echo === undefined || !echo.store) throw unknownResponse();
  return { ...outcome, echo };
}

export async function getResponse(ctx: Ctx, id: string): Promise<OpenAiResponse> {
  const { row, terminal, said, echo } = await findResponse(ctx, id);
  if (terminal === null)
    return beginningOf(row.id, echo, row.status === 'queued' ? 'queued' : 'in_progress');
  if (terminal.type === 'finished') return endOf(terminal.message, echo);
  return failureOf(
    terminal.run,
    terminal,
    echo,
    said === null ? [] : [toOutputMessage(said, 'incomplete')],
  );
}

/** Its events from behind one of them, live or as they were. Throws `not_found`, `events_gone`. */
export async function streamResponse(
  ctx: Ctx,
  id: string,
  { starting_after }: ResponseQuery,
): Promise<Response> {
  const { row, echo } = await findResponse(ctx, id);
  const after = starting_after === undefined ? 0 : starting_after + 1;
  return toEventStream({
    ...(await attachToRun(ctx, row.id, wireFor(echo), after)),
    is_joined: false,
  });
}

/** Stops one that is still being made; any other stays as it is. */
export async function cancelResponse(ctx: Ctx, id: string): Promise<OpenAiResponse> {
  const { row } = await findResponse(ctx, id);
  await stopRun(ctx, row.id);
  const reply = await getResponse(ctx, id);
  await commit(ctx, { statements: [], reply });
  return reply;
}

/** Erases what was asked and answered. What has followed it stays, and so does what it cost. */
export async function deleteResponse(
  ctx: Ctx,
  id: string,
): Promise<{ id: string; object: 'response.deleted'; deleted: true }> {
  const { row } = await findResponse(ctx, id);
  await stopRun(ctx, row.id);
  await eraseRun(ctx, row.id);
  return { id, object: 'response.deleted', deleted: true };
}

function wireFor(echo: ResponseEcho): WireRequest {
  const tools = (echo.tools as readonly { readonly name: string }[]).map(({ name }) => name);
  const options: ResponsesWireOptions = { echo, tools };
  return { kind: responsesWire, options };
}
