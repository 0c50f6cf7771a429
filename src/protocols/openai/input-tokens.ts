import { parseConfig, selectVersionFor } from '../../agents/index.ts';
import { commit } from '../../platform/commit.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { tokensOf } from '../../runs/index.ts';
import { type AttachmentRow, type MessageRow, readBranchTo } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { conversationIdOf, readConversationInput } from './conversation-response.ts';
import { findConversation } from './conversations.ts';
import { unknownModel, unknownResponse, unsupported } from './errors.ts';
import { readAgentModel } from './model-name.ts';
import { toAgentName } from './provider-model.ts';
import { type CountInputTokens, type CreateResponse, functionsOf } from './responses-schema.ts';
import { findResponse } from './stored-response.ts';
import { checkRequestSize } from './text-size.ts';

/** Estimated tokens of an image: the maximum of most providers. */
const imageTokens = 1600;

/**
 * Estimates the input tokens of a request: instructions, tools, previous messages, input and files, without retrieved
 * passages. No model is called. Throws `not_found`, `validation_failed` and `too_large`.
 */
export async function countInputTokens(
  ctx: Ctx,
  body: CountInputTokens,
): Promise<{ object: 'response.input_tokens'; input_tokens: number }> {
  checkRequestSize(body);
  const { rows, model, tokens } = await readRequest(ctx, body);
  const { config, tools } = await readVersion(ctx, model);
  const history = windowed(rows, config.memory.window_tokens);
  const texts = [
    config.instructions,
    body.instructions ?? '',
    JSON.stringify(tools),
    JSON.stringify(functionsOf(body).map(({ tool }) => tool)),
  ];
  const fixed = texts
    .filter((text) => text !== '' && text !== '[]')
    .reduce((sum, text) => sum + estimateTokens(text), 0);
  const reply = {
    object: 'response.input_tokens' as const,
    input_tokens: fixed + history + tokens,
  };
  await commit(ctx, { statements: [], reply });
  return reply;
}

interface CountedRequest {
  readonly rows: readonly MessageRow[];
  readonly model: string;
  readonly tokens: number;
}

async function readRequest(ctx: Ctx, body: CountInputTokens): Promise<CountedRequest> {
  const conversation = conversationIdOf(body);
  if (conversation !== null && body.previous_response_id != null)
    throw unsupported(
      '/previous_response_id',
      '`previous_response_id` is not supported together with `conversation`.',
    );
  const input: CreateResponse['input'] = body.input ?? '';
  const found =
    conversation !== null
      ? await findConversation(ctx, conversation, 'conversation')
      : body.previous_response_id != null
        ? await findPrevious(ctx, body.previous_response_id)
        : { branch: null, waiting: [], row: null };
  const model = body.model ?? found.branch?.session.agent_id;
  if (model === undefined)
    throw unsupported(
      '/model',
      '`model` is required unless `conversation` or `previous_response_id` determines it.',
    );
  const isEmpty = input === '' && found.waiting.length === 0;
  const { messages, request_files } = isEmpty
    ? { messages: [], request_files: [] }
    : await readConversationInput(ctx, { ...body, input: input === '' ? [] : input }, found);
  const messageTokens = messages.reduce(
    (sum, message) => sum + estimateTokens(textOf(message)) + 4,
    0,
  );
  return {
    rows: found.branch?.rows ?? [],
    model,
    tokens: messageTokens + request_files.reduce((sum, file) => sum + tokensOfFile(file), 0),
  };
}

async function findPrevious(ctx: Ctx, id: string) {
  const { row, end_user_id, terminal } = await findResponse(ctx, id).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found'
      ? unknownResponse('previous_response_id')
      : error;
  });
  const leaf = terminal?.type === 'finish' ? terminal.message.id : null;
  const session = { id: row.session_id ?? '', agent_id: row.agent_id, end_user_id };
  const rows = leaf === null ? [] : await readBranchTo(ctx, session.id, leaf);
  return { branch: { session, rows }, waiting: [], row: null };
}

const textOf = ({ content }: { readonly content: string | readonly object[] }): string =>
  typeof content === 'string'
    ? content
    : content
        .map((part) =>
          'text' in part ? String(part.text) : 'data' in part ? '' : JSON.stringify(part),
        )
        .join('\n');

const tokensOfFile = ({ kind, token_count }: AttachmentRow): number =>
  kind === 'image' ? imageTokens : (token_count ?? 0);

/** Returns the tokens of the newest messages that fit into the context window of the version. */
function windowed(rows: readonly MessageRow[], window: number): number {
  let sum = 0;
  for (const row of rows.toReversed()) {
    const next = sum + tokensOf(row);
    if (next > window) break;
    sum = next;
  }
  return sum;
}

async function readVersion(ctx: Ctx, model: string) {
  const { agent, version } = readAgentModel(await toAgentName(ctx, model));
  const row = await selectVersionFor(ctx.db, ctx.workspace_id, agent, version).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw unknownModel();
  return { config: parseConfig(row.config), tools: row.tools };
}
