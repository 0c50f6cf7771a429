import { batch } from '../../db/client.ts';
import { downloadOriginal } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { authorizeSession } from '../authorize-session.ts';
import { selectSession } from '../store/sessions.ts';
import { type Attachment, toAttachment } from './schema.ts';
import {
  type AttachmentRow,
  deleteUnusedAttachment,
  selectAttachment,
  selectAttachments,
  selectSessionOfAttachment,
} from './store.ts';

/** Returns an attachment. Throws `not_found`, also if the caller may not access its session. */
async function findAttachment(ctx: Ctx, id: string): Promise<AttachmentRow> {
  const [[attachment], sessions] = await batch(ctx.db, [
    selectAttachment(ctx.db, ctx.workspace_id, id),
    selectSessionOfAttachment(ctx.db, ctx.workspace_id, id),
  ]);
  if (attachment === undefined) throw notFound('attachment');
  authorizeSession(ctx, sessions, 'attachment');
  return attachment;
}

export const getAttachment = async (ctx: Ctx, id: string): Promise<Attachment> =>
  toAttachment(await findAttachment(ctx, id));

/** Lists the attachments of a session, oldest first, in one round trip. Throws `not_found`. */
export const listAttachments = (
  ctx: Ctx,
  session_id: string,
  query: PageQuery,
): Promise<Page<Attachment>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `attachments:${session_id}`,
    },
    query,
    async (after, count) => {
      const [sessions, rows] = await batch(ctx.db, [
        selectSession(ctx.db, ctx.workspace_id, session_id),
        selectAttachments(ctx.db, ctx.workspace_id, session_id, after, count),
      ]);
      authorizeSession(ctx, sessions);
      return rows;
    },
    ({ id }) => id,
    toAttachment,
  );

/** Returns the original file. Throws `not_found`. */
export async function getAttachmentContent(ctx: Ctx, id: string): Promise<Response> {
  const { object_id, name, media_type } = await findAttachment(ctx, id);
  const download = await downloadOriginal(ctx, { id: object_id, name, media_type });
  if (download === null) throw notFound('attachment');
  return download;
}

/**
 * Deletes an unused attachment. Throws `conflict` once a message uses it: it is then erased with
 * its session.
 */
export async function deleteAttachment(ctx: Ctx, id: string): Promise<void> {
  const { object_id, session_id, message_id } = await findAttachment(ctx, id);
  const used = new Failure(
    'conflict',
    'A message uses the attachment. It is erased with its session.',
  );
  if (message_id !== null) throw used;
  const [rows] = await commit(ctx, {
    statements: [deleteUnusedAttachment(ctx.db, ctx.workspace_id, id)],
    audit: [
      {
        action: 'attachment.delete',
        target_type: 'attachment',
        target_id: id,
        detail: { session_id },
      },
    ],
    jobs: [{ type: 'attachment.delete', object_ids: [object_id] }],
  });
  if (rows.length === 0) throw used;
}
