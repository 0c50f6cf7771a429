import { findAgent } from '../../agents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { type RunRequest, toMessage } from '../../runs/index.ts';
import {
  type MessageRow,
  type SessionRow,
  type TurnInput,
  turnRequest,
} from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { prepareRun } from './agent.ts';
import { clientCallsOf } from './answer.ts';
import { type FoundConversation, findConversation, sessionOf } from './conversations.ts';
import { unsupported } from './errors.ts';
import { inNewSession } from './in-new-session.ts';
import { bringFiles } from './input-files.ts';
import type { InputItem } from './input-item-schema.ts';
import { type Chain, readEarlier } from './item-references.ts';
import { withNames } from './items.ts';
import type { ResponseEcho } from './response-object-schema.ts';
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
 * A response in a conversation: it reads what was said and what was added since, and both its input and its output
 * are items of the conversation afterwards. The first one decides which agent answers.
 */
export async function prepareInConversation(
  ctx: Ctx,
  body: CreateResponse,
  conversation_id: string,
): Promise<Prepared> {
  if (body.previous_response_id != null)
    throw unsupported(
      '/previous_response_id',
      '`previous_response_id` together with `conversation` is not supported.',
    );
  if (body.store === false)
    throw unsupported(
      '/store',
      'What is said in a conversation is stored; other values are not supported.',
    );
  const found = await findConversation(ctx, conversation_id, 'conversation');
  const { messages, question, brought } = await readWith(ctx, body, found);
  const takes_items = found.waiting.map(({ id }) => id);
  const prompt = withNames(messages, takes_items);
  const common = {
    prompt,
    brought,
    overrides: readResponseOverrides(body),
    takes_items,
    on_busy: 'queue' as const,
  };
  if (found.branch === null) return begin(ctx, body, found, question, common);
  const { session } = found.branch;
  if (body.user != null && body.user !== session.end_user_id)
    throw unsupported('/user', 'Another user than that of the conversation is not supported.');
  const own = await nameOf(ctx, session.agent_id);
  const version = await versionOf(ctx, session.agent_id, body.model ?? null, own);
  const echo = echoOf(body, body.model ?? own);
  const input = { ...common, text: question, version, metadata: { openai: echo } };
  return { run: turnRequest(session.id, input), echo };
}

type Common = Pick<TurnInput, 'prompt' | 'brought' | 'overrides' | 'takes_items'> & {
  readonly on_busy: 'queue';
};

async function begin(
  ctx: Ctx,
  body: CreateResponse,
  { row }: FoundConversation,
  question: string,
  common: Common,
): Promise<Prepared> {
  if (body.model == null)
    throw unsupported('/model', '`model` is required in the first response of a conversation.');
  const prepared = await prepareRun(ctx, body.model, question, body);
  const echo = echoOf(body, body.model);
  const run = inNewSession(
    ctx,
    prepared,
    { ...common, metadata: { openai: echo } },
    sessionOf(row.id),
  );
  return { run, echo };
}

/** A conversation as far as a request that continues it depends on it. */
interface Before {
  readonly branch: {
    readonly session: Pick<SessionRow, 'id' | 'end_user_id'>;
    readonly rows: readonly MessageRow[];
  } | null;
  readonly waiting: FoundConversation['waiting'];
}

/** Reads the items that were added to the conversation, and then those of the request. */
export async function readWith(
  ctx: Ctx,
  { input, user }: Pick<CreateResponse, 'input' | 'user'>,
  { branch, waiting }: Before,
) {
  const own: readonly InputItem[] =
    typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const items = { input: [...waiting.map(({ item }) => item as InputItem), ...own] };
  try {
    const brought = await bringFiles(ctx, filesOfItems(items));
    const given = { ...items, user: user ?? branch?.session.end_user_id };
    const earlier = await readEarlier(
      ctx,
      given,
      chainOf(branch),
      waiting.map(({ id }) => id),
    );
    const conversation = readItems(items, earlier);
    checkPromptSize(conversation);
    return { brought: [...brought, ...earlier.files], ...conversation };
  } catch (error) {
    throw withOwnPointers(error, waiting.length);
  }
}

/** The newest answer, whose calls may get their results. */
function chainOf(branch: Before['branch']): Chain | null {
  const answer = branch?.rows.findLast(({ role }) => role === 'assistant');
  if (branch == null || answer === undefined) return null;
  return {
    session_id: branch.session.id,
    message_id: answer.id,
    calls: clientCallsOf(toMessage(answer, undefined)),
  };
}

/** Items that were added before are not at their place in the request. */
function withOwnPointers(error: unknown, before: number): unknown {
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

/** How the agent of a conversation is called by those who do not say which it is. */
async function nameOf(ctx: Ctx, agent_id: string): Promise<string> {
  const { slug, provider_model } = await findAgent(ctx, agent_id);
  return provider_model ?? slug;
}
