import { findAgent } from '../../agents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { type RunRequest, toMessage } from '../../runs/index.ts';
import {
  inNewSession,
  type MessageRow,
  type SessionRow,
  type TurnInput,
  turnRequest,
} from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { prepareRun } from './agent.ts';
import { clientCallsOf } from './answer.ts';
import {
  type FoundConversation,
  findConversation,
  findWaitingRun,
  sessionOf,
} from './conversations.ts';
import { unsupported } from './errors.ts';
import { toResponseId } from './ids.ts';
import { storeFiles } from './input-files.ts';
import type { InputItem } from './input-item-schema.ts';
import { type Chain, readEarlier } from './item-references.ts';
import { withItemIds } from './items.ts';
import type { ResponseEcho } from './response-object-schema.ts';
import { pendingOf } from './response-part.ts';
import { echoOf, filesOfItems, readItems, readResponseOverrides } from './responses-input.ts';
import type { CreateResponse } from './responses-schema.ts';
import { checkPromptSize } from './text-size.ts';
import { versionOf } from './version-of.ts';

interface Prepared {
  readonly run: RunRequest;
  readonly echo: ResponseEcho;
}

export const conversationIdOf = ({
  conversation,
}: Pick<CreateResponse, 'conversation'>): string | null =>
  conversation == null ? null : typeof conversation === 'string' ? conversation : conversation.id;

/**
 * Prepares a response in a conversation. It reads the messages and the waiting items of the conversation; its input and
 * output become items of the conversation. The first response determines the agent. Throws `not_found`,
 * `validation_failed` and `model_not_found`.
 */
export async function prepareInConversation(
  ctx: Ctx,
  body: CreateResponse,
  conversation_id: string,
): Promise<Prepared> {
  if (body.previous_response_id != null)
    throw unsupported(
      '/previous_response_id',
      '`previous_response_id` is not supported together with `conversation`.',
    );
  if (body.store === false)
    throw unsupported(
      '/store',
      'Responses in a conversation are always stored: `store: false` is not supported.',
    );
  const found = await findConversation(ctx, conversation_id, 'conversation');
  await refuseWaiting(ctx, found);
  const { messages, question, request_files } = await readConversationInput(ctx, body, found);
  const takes_items = found.waiting.map(({ id }) => id);
  const prompt = withItemIds(messages, takes_items);
  const common = {
    prompt,
    request_files,
    overrides: readResponseOverrides(body),
    takes_items,
    on_busy: 'queue' as const,
  };
  if (found.branch === null) return startConversation(ctx, body, found, question, common);
  const { session } = found.branch;
  if (body.user != null && body.user !== session.end_user_id)
    throw unsupported(
      '/user',
      'A `user` other than the user of the conversation is not supported.',
    );
  const own = await modelNameOf(ctx, session.agent_id);
  const version = await versionOf(ctx, session.agent_id, body.model ?? null, own);
  const echo = echoOf(body, body.model ?? own);
  const input = { ...common, text: question, version, metadata: { openai: echo } };
  return { run: turnRequest(ctx, session.id, input), echo };
}

/** A message for a session whose run waits would wait with it. */
async function refuseWaiting(ctx: Ctx, found: FoundConversation): Promise<void> {
  const run = await findWaitingRun(ctx, found);
  if (run !== null)
    throw unsupported(
      '/conversation',
      `A response of the conversation waits for approvals: only \`mcp_approval_response\` items for ${pendingOf(run)} are supported. Cancel ${toResponseId(run.id)} to continue otherwise.`,
    );
}

type Common = Pick<TurnInput, 'prompt' | 'request_files' | 'overrides' | 'takes_items'> & {
  readonly on_busy: 'queue';
};

async function startConversation(
  ctx: Ctx,
  body: CreateResponse,
  { row }: FoundConversation,
  question: string,
  common: Common,
): Promise<Prepared> {
  if (body.model == null)
    throw unsupported('/model', '`model` is required for the first response of a conversation.');
  const prepared = await prepareRun(ctx, body.model, question, body);
  const echo = echoOf(body, body.model);
  const run = await inNewSession(
    ctx,
    prepared,
    { ...common, metadata: { openai: echo } },
    { id: sessionOf(row.id) },
  );
  return { run, echo };
}

/** The state of a conversation that a request continues. */
interface ConversationState {
  readonly branch: {
    readonly session: Pick<SessionRow, 'id' | 'end_user_id'>;
    readonly rows: readonly MessageRow[];
  } | null;
  readonly waiting: FoundConversation['waiting'];
}

/**
 * Reads the waiting items of a conversation followed by the items of the request. Throws
 * `validation_failed`, `not_found` and `too_large`.
 */
export async function readConversationInput(
  ctx: Ctx,
  { input, user }: Pick<CreateResponse, 'input' | 'user'>,
  { branch, waiting }: ConversationState,
) {
  const own: readonly InputItem[] =
    typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const items = { input: [...waiting.map(({ item }) => item as InputItem), ...own] };
  try {
    const request_files = await storeFiles(ctx, filesOfItems(items));
    const given = { ...items, user: user ?? branch?.session.end_user_id };
    const earlier = await readEarlier(
      ctx,
      given,
      chainOf(branch),
      waiting.map(({ id }) => id),
    );
    const conversation = readItems(items, earlier);
    checkPromptSize(conversation);
    return { request_files: [...request_files, ...earlier.files], ...conversation };
  } catch (error) {
    throw toRequestPointers(error, waiting.length);
  }
}

/** Returns the newest answer of a branch with its client tool calls; null without an answer. */
function chainOf(branch: ConversationState['branch']): Chain | null {
  const answer = branch?.rows.findLast(({ role }) => role === 'assistant');
  if (branch == null || answer === undefined) return null;
  return {
    session_id: branch.session.id,
    message_id: answer.id,
    calls: clientCallsOf(toMessage(answer, undefined)),
  };
}

/** Maps error pointers of the combined input to the request. Errors of waiting items point to `/conversation`. */
function toRequestPointers(error: unknown, before: number): unknown {
  if (!(error instanceof Failure) || error.options.errors === undefined) return error;
  const errors = error.options.errors.map(({ pointer, detail }) => {
    const [, index, rest = ''] = /^\/input\/(\d+)(.*)$/.exec(pointer) ?? [];
    if (index === undefined) return { pointer, detail };
    return Number(index) < before
      ? { pointer: '/conversation', detail }
      : { pointer: `/input/${Number(index) - before}${rest}`, detail };
  });
  return new Failure(error.code, error.message, { ...error.options, errors });
}

/** Returns the model name of an agent, for requests that omit `model`. */
async function modelNameOf(ctx: Ctx, agent_id: string): Promise<string> {
  const { slug, provider_model } = await findAgent(ctx, agent_id);
  return provider_model ?? slug;
}
