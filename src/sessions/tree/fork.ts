import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { authorizeSession } from '../authorize-session.ts';
import { skipMessages } from '../memories/cursor-store.ts';
import { newSession } from '../new-session.ts';
import { type Session, toSession } from '../schema.ts';
import type { ForkSession } from '../send-schema.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import {
  type CarriedFile,
  type Copies,
  copyAttachments,
  copyMessages,
  copySummary,
  insertFork,
  selectBranchIds,
  selectCarriedFiles,
} from './fork-store.ts';

/** Maximum messages that a fork copies; their ids are one parameter of a statement. */
const maxMessages = 5000;

/**
 * Creates a session with the branch up to and including a message: its texts, citations and files,
 * not its cost. The copies name the runs that produced them, which stay with the original session.
 * Throws `not_found`, `validation_failed` for a message of another session, `conflict` for a branch
 * that is too long.
 */
export async function forkSession(
  ctx: Ctx,
  session_id: string,
  { message_id, title }: ForkSession,
): Promise<Session> {
  const { db, workspace_id } = ctx;
  const [sessions, branch, carried] = await batch(db, [
    selectSession(db, workspace_id, session_id),
    selectBranchIds(db, session_id, message_id, maxMessages + 1),
    selectCarriedFiles(db, session_id, message_id, maxMessages + 1),
  ]);
  const from = authorizeSession(ctx, sessions);
  if (branch.length === 0)
    throw invalid('/message_id', 'This message does not exist in this session.');
  if (branch.length > maxMessages)
    throw new Failure(
      'conflict',
      `A fork copies at most ${maxMessages} messages; this branch has more.`,
    );
  const copies = copiesOf(ctx, branch, carried);
  const row = await forkOf(ctx, from, message_id, title, copies);
  const reply = toSession(row, ctx.now());
  try {
    await commit(ctx, {
      statements: [
        insertFork(db, row, session_id),
        copyMessages(db, workspace_id, row.id, copies),
        ...(copies.files.length === 0 ? [] : [copyAttachments(db, workspace_id, row.id, copies)]),
        copySummary(db, workspace_id, row.id, session_id, ctx.newId('sum'), copies),
        // The originals are searched for facts; what was forgotten of them does not come back.
        ...(row.end_user_id === null
          ? []
          : [skipMessages(db, workspace_id, row.id, row.message_seq)]),
      ],
      reply,
    });
  } catch (error) {
    throw isGuardViolation(error, 'sessions.agent_id') ? notFound('session') : error;
  }
  return reply;
}

function copiesOf(
  ctx: Ctx,
  branch: readonly { id: string }[],
  carried: readonly CarriedFile[],
): Copies {
  const ids = branch.map(({ id }) => [id, ctx.newId('msg')] as const);
  const newIds = new Map(ids);
  const files = [...new Map(carried.toReversed().map((file) => [file.id, file])).values()].map(
    ({ id, message_id }) => [id, ctx.newId('att'), newIds.get(message_id) ?? ''] as const,
  );
  const names = [
    ...files.map(([from, to]) => [from, to] as const),
    ...carried.map((file) => [file.message_id, newIds.get(file.message_id) ?? '']),
  ];
  return { ids, files, names: Object.fromEntries(names) as Copies['names'] };
}

async function forkOf(
  ctx: Ctx,
  from: SessionRow,
  message_id: string,
  title: string | null | undefined,
  { ids }: Copies,
): Promise<SessionRow> {
  const { agent_id, end_user_id, inputs, on_busy, version, metadata, expires_at } = from;
  const named =
    title === undefined
      ? { title: from.title, titled_by: from.titled_by }
      : { title, titled_by: title === null ? null : 'person' };
  return newSession(ctx, {
    ...{ agent_id, end_user_id, inputs, on_busy, version, metadata, expires_at },
    ...(named as Pick<SessionRow, 'title' | 'titled_by'>),
    message_seq: ids.length,
    head_id: ids.at(-1)?.[1] ?? null,
    forked_from_message_id: message_id,
  });
}
