import { type SQL, sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  answerOfContent,
  authorizeOwned,
  type FeedbackRow,
  type Message,
  type MessageOfOneOff,
  questionOfContent,
  type RunRow,
  type RunVersionRow,
  readableMessages,
  selectContentOfMessage,
  selectRunOfContent,
  toMessage,
} from '../../runs/index.ts';
import { notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { authorizeSession } from '../authorize-session.ts';
import { selectFeedbackOf, selectSessionOfMessage } from '../feedback/store.ts';
import type { MessageQuery } from '../schema.ts';
import { headOf, type MessageRow, selectMessage, selectPath } from '../store/messages.ts';
import { selectVersionOfSession } from '../store/runs.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import {
  idsBefore,
  idsOfPath,
  type SiblingsRow,
  selectMessagesBefore,
  selectRunsOf,
  selectSiblings,
} from './messages-store.ts';

/** Newest first: the first page is what a chat window shows. */
export async function listMessages(
  ctx: Ctx,
  session_id: string,
  { branch, ...query }: MessageQuery,
): Promise<Page<Message>> {
  return (await readMessages(ctx, session_id, branch, query)).page;
}

interface Read {
  readonly session: SessionRow;
  /** Read only on request. */
  readonly version: RunVersionRow | null;
  readonly runs: ReadonlyMap<string, RunRow>;
  readonly feedback: ReadonlyMap<string, FeedbackRow[]>;
  readonly siblings: ReadonlyMap<string, SiblingsRow>;
}

/**
 * Returns a page of messages and their session, in one trip; a cursor is the message to continue
 * from.
 */
export async function readMessages(
  ctx: Ctx,
  session_id: string,
  branch: MessageQuery['branch'],
  query: PageQuery,
  wantsVersion = false,
): Promise<{ session: SessionRow; version: RunVersionRow | null; page: Page<Message> }> {
  const { db, workspace_id } = ctx;
  let read: Read | undefined;
  const page = await readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id,
      list: `messages:${session_id}`,
      filters: { branch },
    },
    query,
    async (after, count) => {
      const { rows: select, ids } =
        branch === 'all'
          ? allFrom(ctx, session_id, after, count)
          : shownFrom(ctx, session_id, after, count);
      const [sessions, rows, runs, feedback, siblings, versions] = await batch(db, [
        selectSession(db, workspace_id, session_id),
        select,
        selectRunsOf(db, workspace_id, ids),
        selectFeedbackOf(db, workspace_id, ids),
        selectSiblings(db, workspace_id, session_id, ids),
        ...(wantsVersion ? [selectVersionOfSession(db, workspace_id, session_id, null)] : []),
      ]);
      read = {
        session: authorizeSession(ctx, sessions),
        version: versions?.[0] ?? null,
        runs: new Map(runs.map((run) => [run.id, run])),
        feedback: Map.groupBy(feedback, (row) => row.message_id),
        siblings: new Map(siblings.map((row) => [row.id, row])),
      };
      return readableMessages(ctx, rows);
    },
    (row: MessageRow) => (branch === 'all' ? String(row.seq) : row.id),
    (row) =>
      toMessage(row, read?.runs.get(row.run_id), {
        feedback: read?.feedback.get(row.id),
        siblings: toSiblings(read, row),
      }),
  );
  if (read === undefined) throw notFound('session');
  return { session: read.session, version: read.version, page };
}

function toSiblings(read: Read | undefined, { id }: MessageRow): Message['siblings'] {
  return placeOf(read?.siblings.get(id));
}

function placeOf(row: SiblingsRow | undefined): Message['siblings'] {
  if (row === undefined) return null;
  const { position, count, previous_id, next_id } = row;
  return { position, count, previous_id, next_id };
}

function shownFrom(
  { db, workspace_id }: Ctx,
  session_id: string,
  after: string | null,
  count: number,
) {
  const from: SQL =
    after === null
      ? headOf(workspace_id, session_id)
      : sql`(select parent_id from messages where id = ${after})`;
  return {
    rows: selectPath(db, workspace_id, session_id, from, count),
    ids: idsOfPath(session_id, from, count),
  };
}

function allFrom(
  { db, workspace_id }: Ctx,
  session_id: string,
  after: string | null,
  count: number,
) {
  const before = after === null ? null : Number(after);
  return {
    rows: selectMessagesBefore(db, workspace_id, session_id, before, count),
    ids: idsBefore(session_id, before, count),
  };
}

/** Returns a message of a session or of a one-off run, in one trip. Throws `not_found`. */
export async function getMessage(ctx: Ctx, id: string): Promise<Message> {
  const { db, workspace_id } = ctx;
  const ids = sql`${id}`;
  const session_id = sql`(select session_id from messages where id = ${id})`;
  const [sessions, [message], [run], feedback, [siblings], [content], [own]] = await batch(db, [
    selectSessionOfMessage(db, workspace_id, id),
    selectMessage(db, workspace_id, id),
    selectRunsOf(db, workspace_id, ids),
    selectFeedbackOf(db, workspace_id, ids),
    selectSiblings(db, workspace_id, session_id, ids),
    selectContentOfMessage(db, workspace_id, id),
    selectRunOfContent(db, workspace_id, id),
  ]);
  if (content !== undefined && own !== undefined)
    return ofOneOff(ctx, id, { run: own, content }, feedback);
  authorizeSession(ctx, sessions, 'message');
  if (message === undefined) throw notFound('message');
  const [shown = message] = await readableMessages(ctx, [message]);
  return toMessage(shown, run, { feedback, siblings: placeOf(siblings) });
}

/** Throws `not_found` for an answer that does not exist yet, and for a run that the caller may not see. */
async function ofOneOff(
  ctx: Ctx,
  id: string,
  { run, content }: MessageOfOneOff,
  feedback: readonly FeedbackRow[],
): Promise<Message> {
  authorizeOwned(ctx, { ...run, end_user_id: content.end_user_id }, 'message');
  const siblings = { position: 1, count: 1, previous_id: null, next_id: null };
  if (id === content.question_id) return toMessage(questionOfContent(content), run, { siblings });
  if (content.answered_at === null) throw notFound('message');
  const answer = answerOfContent(run, content);
  const [shown = answer] = await readableMessages(ctx, [answer]);
  return toMessage(shown, run, { feedback, siblings });
}
