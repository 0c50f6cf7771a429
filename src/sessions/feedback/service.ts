import { selectAgent } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { withRange } from '../../http/schema.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { onlyOwn, ownAgent, ownSession } from '../own-session.ts';
import type { SessionRow } from '../store.ts';
import {
  type Feedback,
  type FeedbackEntry,
  type FeedbackQuery,
  type SetFeedback,
  toFeedback,
  toFeedbackEntry,
  toStoredRating,
} from './schema.ts';
import {
  deleteFeedback as deleteFeedbackRow,
  type FeedbackRow,
  selectFeedback,
  selectRatedMessage,
  selectSessionOfMessage,
  upsertFeedback,
} from './store.ts';

/** Sets or changes what an end user thinks of an answer. Only answers can be judged. */
export async function setFeedback(
  ctx: Ctx,
  message_id: string,
  input: SetFeedback,
): Promise<Feedback> {
  const { session, message } = await readRated(ctx, message_id);
  if (message.role !== 'assistant')
    throw new Failure('conflict', 'Feedback is on answers; this is a message of the user.');
  const now = ctx.now();
  const row: FeedbackRow = {
    id: ctx.newId('fb'),
    workspace_id: ctx.workspace_id,
    agent_id: session.agent_id,
    version_id: message.version_id,
    session_id: session.id,
    message_id,
    run_id: message.run_id,
    end_user_id: ownerOf(session, input.end_user_id),
    rating: toStoredRating(input.rating),
    comment: input.comment,
    tags: input.tags,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  const [[stored]] = await commit(ctx, { statements: [upsertFeedback(ctx.db, row)] });
  if (stored === undefined) throw notFound('message');
  return toFeedback(stored);
}

/** Takes it back. Throws `not_found` where there is none. */
export async function deleteFeedback(
  ctx: Ctx,
  message_id: string,
  end_user_id: string | undefined,
): Promise<void> {
  const { session } = await readRated(ctx, message_id);
  const [rows] = await commit(ctx, {
    statements: [
      deleteFeedbackRow(ctx.db, ctx.workspace_id, message_id, ownerOf(session, end_user_id)),
    ],
  });
  if (rows.length === 0) throw notFound('message');
}

/** What people think of an agent's answers, the latest change first. */
export async function listFeedback(
  ctx: Ctx,
  agent: string,
  query: FeedbackQuery,
): Promise<Page<FeedbackEntry>> {
  const { limit, cursor, ...filters } = query;
  const filter = { ...withRange(filters), agent, created_by: onlyOwn(ctx) };
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
      ownAgent(ctx, agents);
      return rows;
    },
    (row) => `${row.updated_at}:${row.id}`,
    toFeedbackEntry,
  );
}

/** A cursor is signed, so that its position is one that a page ended at. */
function readPosition(position: string): { at: number; id: string } {
  const [at = '', id = ''] = position.split(':');
  return { at: Number(at), id };
}

const ownerOf = (session: SessionRow, end_user_id: string | undefined): string =>
  end_user_id ?? session.end_user_id ?? '';

async function readRated(ctx: Ctx, message_id: string) {
  const [sessions, messages] = await batch(ctx.db, [
    selectSessionOfMessage(ctx.db, ctx.workspace_id, message_id),
    selectRatedMessage(ctx.db, ctx.workspace_id, message_id),
  ]);
  const session = ownSession(ctx, sessions, 'message');
  const [message] = messages;
  if (message === undefined) throw notFound('message');
  return { session, message };
}
