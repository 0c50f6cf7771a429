import { selectAgent } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { withRange } from '../../http/schema.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import {
  authorizeAgent,
  authorizeOwned,
  creatorFilter,
  endUserOf,
  type Feedback,
  type FeedbackRow,
  selectContentOfMessage,
  selectRunOfContent,
  toFeedback,
} from '../../runs/index.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { authorizeSession } from '../authorize-session.ts';
import {
  type FeedbackEntry,
  type FeedbackQuery,
  type SetFeedback,
  toFeedbackEntry,
  toStoredRating,
} from './schema.ts';
import {
  deleteFeedback as deleteFeedbackRow,
  type FeedbackEntryRow,
  selectFeedback,
  selectRatedMessage,
  selectSessionOfMessage,
  takeBackFeedback,
  upsertFeedback,
} from './store.ts';

/**
 * Creates or replaces an end user's feedback on an answer. Throws `conflict` for a message of the
 * user.
 */
export async function setFeedback(
  ctx: Ctx,
  message_id: string,
  input: SetFeedback,
): Promise<Feedback> {
  const { owner, message } = await readRated(ctx, message_id);
  if (message.role !== 'assistant')
    throw new Failure('conflict', 'Only answers can be rated; this is a message of the user.');
  const now = ctx.now();
  const row: FeedbackRow = {
    id: ctx.newId('fb'),
    workspace_id: ctx.workspace_id,
    agent_id: owner.agent_id,
    version_id: message.version_id,
    session_id: owner.session_id,
    message_id,
    run_id: message.run_id,
    end_user_id: ownerOf(ctx, owner, input.end_user_id),
    rating: toStoredRating(input.rating),
    comment: input.comment,
    tags: input.tags,
    counted_score: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  const [[stored]] = await commit(ctx, { statements: [upsertFeedback(ctx.db, row)] });
  if (stored === undefined) throw notFound('message');
  return toFeedback(stored);
}

/** Deletes an end user's feedback on an answer. Throws `not_found` when there is none. */
export async function deleteFeedback(
  ctx: Ctx,
  message_id: string,
  end_user_id: string | undefined,
): Promise<void> {
  const { owner } = await readRated(ctx, message_id);
  const rating = [ctx.workspace_id, message_id, ownerOf(ctx, owner, end_user_id)] as const;
  const [, rows] = await commit(ctx, {
    statements: [takeBackFeedback(ctx.db, ...rating), deleteFeedbackRow(ctx.db, ...rating)],
  });
  if (rows.length === 0) throw notFound('message');
}

/** Lists feedback on an agent's answers, most recently changed first. */
export async function listFeedback(
  ctx: Ctx,
  agent: string,
  query: FeedbackQuery,
): Promise<Page<FeedbackEntry>> {
  const { limit, cursor, ...filters } = query;
  const filter = { ...withRange(filters), agent, created_by: creatorFilter(ctx) };
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'feedback',
      filters: filter,
    },
    { limit, cursor },
    async (after, count) => {
      const [agents, rows] = await batch(ctx.db, [
        selectAgent(ctx.db, ctx.workspace_id, agent),
        selectFeedback(
          ctx.db,
          ctx.workspace_id,
          filter,
          after === null ? null : readPosition(after),
          count,
        ),
      ]);
      authorizeAgent(ctx, agents);
      return rows as FeedbackEntryRow[];
    },
    (row) => `${row.updated_at}:${row.id}`,
    toFeedbackEntry,
  );
}

/** The cursor is signed, so its position is one at which a page ended. */
function readPosition(position: string): { at: number; id: string } {
  const [at = '', id = ''] = position.split(':');
  return { at: Number(at), id };
}

const ownerOf = (ctx: Ctx, owner: Owner, named: string | undefined): string =>
  endUserOf(ctx, named ?? null) ?? owner.end_user_id ?? '';

/** The session or one-off run that a rated message belongs to. */
interface Owner {
  readonly agent_id: string;
  readonly session_id: string | null;
  readonly end_user_id: string | null;
}

/** Throws `not_found`, also for a message that the caller may not see. */
async function readRated(ctx: Ctx, message_id: string) {
  const { db, workspace_id } = ctx;
  const [sessions, [message], [content], [run]] = await batch(db, [
    selectSessionOfMessage(db, workspace_id, message_id),
    selectRatedMessage(db, workspace_id, message_id),
    selectContentOfMessage(db, workspace_id, message_id),
    selectRunOfContent(db, workspace_id, message_id),
  ]);
  if (content !== undefined && run !== undefined) {
    authorizeOwned(ctx, { ...run, end_user_id: content.end_user_id }, 'message');
    const role = message_id === content.answer_id ? ('assistant' as const) : ('user' as const);
    if (role === 'assistant' && content.answered_at === null) throw notFound('message');
    const owner: Owner = { ...content, session_id: null };
    return { owner, message: { role, run_id: run.id, version_id: run.version_id } };
  }
  const session = authorizeSession(ctx, sessions, 'message');
  if (message === undefined) throw notFound('message');
  const owner: Owner = { ...session, session_id: session.id };
  return { owner, message };
}
