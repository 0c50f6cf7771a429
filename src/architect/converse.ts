import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { answerByRules } from './builtin/answer-message.ts';
import { readCatalog } from './catalog.ts';
import { whileReserved } from './claim.ts';
import { checkDraft } from './draft.ts';
import { answerByModel } from './model/answer-message.ts';
import {
  type ArchitectReply,
  type SendArchitectMessage,
  toArchitectMessage,
  toArchitectSession,
} from './schema.ts';
import { keptFor } from './sessions.ts';
import {
  insertMessage,
  type MessageRow,
  type SessionRow,
  selectMessages,
  updateSession,
} from './store.ts';

/** Messages of a conversation. */
const maxMessages = 200;

/**
 * Answers a message in a reserved session: message, answer and draft are stored together, or nothing is. Throws `conflict` for a
 * conversation that is too long, and the failure of the model.
 */
export const answerMessage = (
  ctx: Ctx,
  reserved: SessionRow,
  body: SendArchitectMessage,
): Promise<ArchitectReply> =>
  whileReserved(ctx, reserved, async (session) => {
    if (session.message_count + 2 > maxMessages)
      throw new Failure(
        'conflict',
        `A conversation has at most ${maxMessages} messages. Create the agent, or start another session.`,
      );
    const [catalog, messages] = await Promise.all([
      readCatalog(ctx),
      selectMessages(ctx.db, ctx.workspace_id, session.id).all(),
    ]);
    const { message, topic = null, documents } = body;
    const incoming = { session, messages, catalog, message, topic, documents };
    const answer =
      session.model === null
        ? await answerByRules(ctx, incoming)
        : await answerByModel(ctx, incoming, session.model);
    const { draft, findings } = await checkDraft(ctx, answer.draft, catalog);
    const now = ctx.now();
    const common = { workspace_id: ctx.workspace_id, session_id: session.id, created_at: now };
    const question: MessageRow = {
      ...{ ...common, id: ctx.newId('msg'), role: 'user', text: message },
      ...{ suggestions: [], run_id: null, cost_nano_usd: 0 },
    };
    const { reply: text, suggestions, run_id, cost_nano_usd, brief, asked, open, base_id } = answer;
    const answered: MessageRow = {
      ...{ ...common, id: ctx.newId('msg'), role: 'assistant', text },
      ...{ suggestions, run_id, cost_nano_usd },
    };
    const changes = {
      ...{ draft, brief, asked, open, base_id },
      findings: [...answer.findings, ...findings],
      message_count: session.message_count + 2,
      updated_at: now,
      expires_at: now + keptFor,
    };
    const row = { ...session, ...changes };
    const reply = { message: toArchitectMessage(answered), session: toArchitectSession(row) };
    await commit(ctx, {
      statements: [
        updateSession(ctx.db, session, changes),
        insertMessage(ctx.db, question),
        insertMessage(ctx.db, answered),
      ],
      reply,
    });
    return reply;
  });
