import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { IdempotentReplay } from '../../platform/idempotency.ts';
import {
  attachToRun,
  oneOffRequest,
  type RunRequest,
  runAsStream,
  startRun,
  stopRun,
  submitAsStream,
  submitToEnd,
} from '../../runs/index.ts';
import { eraseRun, inNewSession, type TurnInput, turnRequest } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { answerOf, prepareRun } from './agent.ts';
import { clientCallsOf } from './answer.ts';
import { type Decisions, readDecisions } from './approval-responses.ts';
import { conversationIdOf, prepareInConversation } from './conversation-response.ts';
import { unknownPreviousResponse, unsupported } from './errors.ts';
import { toEventStream } from './event-stream.ts';
import { toResponseId } from './ids.ts';
import { storeFiles } from './input-files.ts';
import { readEarlier } from './item-references.ts';
import { finishedResponse } from './response.ts';
import type { OpenAiResponse, ResponseEcho } from './response-object-schema.ts';
import { partAt, pendingOf } from './response-part.ts';
import { echoOf, filesOfItems, readItems, readResponseOverrides } from './responses-input.ts';
import type { CreateResponse, ResponseQuery } from './responses-schema.ts';
import { type FoundResponse, findResponse, getResponse, streamFor } from './stored-response.ts';
import { checkRequestSize } from './text-size.ts';
import { versionOf } from './version-of.ts';

interface Prepared {
  readonly run: RunRequest;
  readonly echo: ResponseEcho;
}

/**
 * Creates a response in a session that later requests can continue. Throws `model_not_found`,
 * `not_found` and the failure of the run.
 */
export async function createResponse(
  ctx: Ctx,
  body: CreateResponse,
): Promise<OpenAiResponse | Response> {
  checkRequestSize(body);
  const decisions = await readDecisions(ctx, body);
  if (decisions !== null) return resumeResponse(ctx, body, decisions);
  const { run, echo } = await prepare(ctx, body);
  if (body.stream === true) return toEventStream(await runAsStream(ctx, run, streamFor(echo)));
  if (body.background === true) return startResponse(ctx, run);
  return answerOf(ctx, run, (message) => finishedResponse(message, echo)).catch(
    async (error: unknown) => {
      if (!(error instanceof IdempotentReplay) || !echo.store) throw error;
      // The run may have continued since.
      throw new IdempotentReplay(await getResponse(ctx, (error.reply as OpenAiResponse).id));
    },
  );
}

/**
 * Resumes the run that waits for the decisions. Its settings are those of the request that has started it. The same
 * decisions again return the same response.
 */
async function resumeResponse(
  ctx: Ctx,
  { stream, background }: CreateResponse,
  { found: { row, echo, waits }, index, actions }: Decisions,
): Promise<OpenAiResponse | Response> {
  const id = toResponseId(row.id, index);
  const isNew = index > (waits?.resumed ?? index);
  if (!isNew && stream === true) return streamResponse(ctx, id, { stream });
  if (stream === true || background === true) {
    const run = await submitAsStream(ctx, row.id, actions, streamFor(echo, index));
    if (stream === true) return toEventStream(run);
    if (typeof run.body !== 'string') await run.body.cancel();
    return getResponse(ctx, id);
  }
  try {
    const message = await submitToEnd(ctx, row.id, actions);
    if (isNew) return finishedResponse(message, echo, partAt(waits, index));
  } catch (error) {
    if (!(error instanceof IdempotentReplay)) throw error;
  }
  throw new IdempotentReplay(await getResponse(ctx, id));
}

async function startResponse(ctx: Ctx, run: RunRequest): Promise<OpenAiResponse> {
  const { run_id, is_joined } = await startRun(ctx, run);
  const reply = await getResponse(ctx, toResponseId(run_id));
  if (is_joined) throw new IdempotentReplay(reply);
  return reply;
}

async function prepare(ctx: Ctx, body: CreateResponse): Promise<Prepared> {
  if (body.store === false && body.background === true)
    throw unsupported('/background', '`background` is not supported with `store: false`.');
  const conversation = conversationIdOf(body);
  if (conversation !== null) return prepareInConversation(ctx, body, conversation);
  return body.previous_response_id == null
    ? startChain(ctx, body)
    : continueResponse(ctx, body, body.previous_response_id);
}

async function startChain(ctx: Ctx, body: CreateResponse): Promise<Prepared> {
  if (body.model == null)
    throw unsupported(
      '/model',
      '`model` is required unless `previous_response_id` or `conversation` determines it.',
    );
  const request_files = await storeFiles(ctx, filesOfItems(body));
  const earlier = await readEarlier(ctx, body, null);
  const { question, messages } = readItems(body, earlier);
  const overrides = readResponseOverrides(body);
  const prepared = await prepareRun(ctx, body.model, question, body);
  const echo = echoOf(body, body.model);
  const rest = {
    prompt: messages,
    overrides,
    request_files: [...request_files, ...earlier.files],
    metadata: { openai: echo },
  };
  const run =
    body.store === false
      ? oneOffRequest({ ...prepared, ...rest })
      : await inNewSession(ctx, prepared, rest);
  return { run, echo };
}

/** Continues from the answer of a response. A response can be continued several times. */
async function continueResponse(
  ctx: Ctx,
  body: CreateResponse,
  previous: string,
): Promise<Prepared> {
  if (body.store === false)
    throw unsupported(
      '/store',
      'A response that continues another is always stored: `store: false` is not supported.',
    );
  const found = await findResponse(ctx, previous).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found'
      ? unknownPreviousResponse(previous)
      : error;
  });
  checkContinuable(found);
  const { row, end_user_id, terminal, echo: before } = found;
  if (terminal?.type !== 'finish' || row.session_id === null)
    throw unsupported(
      '/previous_response_id',
      `The response is ${row.status}: continuing from it is not supported.`,
    );
  const request_files = await storeFiles(ctx, filesOfItems(body));
  const chain = {
    session_id: row.session_id,
    message_id: terminal.message.id,
    calls: clientCallsOf(terminal.message),
  };
  const earlier = await readEarlier(ctx, withUser(body, end_user_id), chain);
  const { question, messages } = readItems(body, earlier);
  if (body.user != null && body.user !== end_user_id)
    throw unsupported(
      '/user',
      'A `user` other than the user of the previous response is not supported.',
    );
  const model = body.model ?? before.model;
  const version = await versionOf(ctx, row.agent_id, body.model ?? null, before.model);
  const echo = echoOf(body, model);
  const input: TurnInput = {
    text: question,
    parent_id: terminal.message.id,
    version,
    on_busy: 'queue',
    prompt: messages,
    request_files: [...request_files, ...earlier.files],
    overrides: readResponseOverrides(body),
    metadata: { openai: echo },
  };
  return { run: turnRequest(ctx, row.session_id, input), echo };
}

/** A run that waits, or has waited since, continues with decisions or from its last response. */
function checkContinuable({ row, waits, isSuspended }: FoundResponse): void {
  if (!isSuspended) return;
  const last = toResponseId(row.id, waits?.resumed);
  throw unsupported(
    '/previous_response_id',
    row.status === 'requires_action'
      ? `The response waits for approvals: only \`mcp_approval_response\` items for ${pendingOf(row)} are supported. Cancel ${last} to continue otherwise.`
      : `The response was continued by decisions. Continuing from it is not supported: continue from ${last}.`,
  );
}

/** Sets the end user of the session on a request that does not name one. */
const withUser = (body: CreateResponse, end_user_id: string | null): CreateResponse => ({
  ...body,
  user: body.user ?? end_user_id,
});

/**
 * Streams the events of a response after `starting_after`, live or replayed. Throws `not_found` and
 * `events_gone`.
 */
export async function streamResponse(
  ctx: Ctx,
  id: string,
  { starting_after }: ResponseQuery,
): Promise<Response> {
  const { row, echo, index } = await findResponse(ctx, id);
  const after = starting_after === undefined ? 0 : starting_after + 1;
  return toEventStream({
    ...(await attachToRun(ctx, row.id, streamFor(echo, index), after)),
    is_joined: false,
  });
}

/** Cancels a response that is in progress and returns it. A finished response is unchanged. Throws `not_found`. */
export async function cancelResponse(ctx: Ctx, id: string): Promise<OpenAiResponse> {
  const { row } = await findResponse(ctx, id);
  await stopRun(ctx, row.id);
  const reply = await getResponse(ctx, id);
  await commit(ctx, { statements: [], reply });
  return reply;
}

/** Erases the input and output of a response. Later responses, usage and cost are kept. Throws `not_found`. */
export async function deleteResponse(
  ctx: Ctx,
  id: string,
): Promise<{ id: string; object: 'response.deleted'; deleted: true }> {
  const { row } = await findResponse(ctx, id);
  await stopRun(ctx, row.id);
  await eraseRun(ctx, row.id);
  return { id, object: 'response.deleted', deleted: true };
}
