import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { attachments, messages } from '../../db/schema/sessions.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { eraseTrace, hostOf } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { valuesOf } from '../attachments/store.ts';
import { indexMessages } from '../search/index-store.ts';
import type { MessageRow } from '../store/messages.ts';
import type { SessionRow } from '../store/sessions.ts';
import { dropDerived } from './drop-derived.ts';
import { eraseCopies } from './erase-copies.ts';

type Left = Pick<MessageRow, 'text' | 'prompt' | 'citations'>;

/**
 * Removes one part of a message, with the attachments of that part. Later turns no longer read it,
 * and trace, events, approvals, code and files of the run are deleted. Its cost stays counted. Throws `conflict` when the
 * message has changed.
 */
export async function eraseFromMessage(
  ctx: Ctx,
  session: SessionRow,
  row: MessageRow,
  left: Left,
  object_ids: readonly string[],
): Promise<void> {
  const { db, workspace_id } = ctx;
  const own = and(eq(messages.workspace_id, workspace_id), eq(messages.id, row.id));
  // Compares with the JSON that was read: two concurrent erasures must not restore what the other
  // one removed.
  const isUnchanged = sql`json(${messages.prompt}) is json(${row.prompt === null ? null : JSON.stringify(row.prompt)}) and ${messages.text} = ${row.text}`;
  const guarded = sql`iif(${isUnchanged}, ${left.text}, null)`;
  const change = commit(ctx, {
    statements: [
      db
        .update(messages)
        .set({ text: guarded, prompt: left.prompt, citations: left.citations })
        .where(own),
      ...(object_ids.length === 0 ? [] : eraseFiles(ctx, session.id, object_ids)),
      ...dropDerived(db, session),
      ...indexMessages(db, [{ ...row, ...left }]),
      ...eraseTrace(db, workspace_id, row.run_id),
      ...eraseCopies(db, workspace_id, session.id, row.run_id),
    ],
    jobs:
      object_ids.length === 0 ? [] : [{ type: 'attachment.delete', object_ids: [...object_ids] }],
    audit: [{ action: 'message.erase', target_type: 'message', target_id: row.id }],
  });
  await change.catch((error: unknown) => {
    if (!isGuardViolation(error, 'messages.text')) throw error;
    throw new Failure('conflict', 'The message has changed concurrently. Retry.', {
      retryAfter: 1,
    });
  });
  await hostOf(ctx, session.id).invalidate();
}

/** Later messages carry the files of earlier ones. */
function eraseFiles(
  { db, workspace_id }: Ctx,
  session_id: string,
  object_ids: readonly string[],
): Statement[] {
  const kept = sql`(select json_group_array(json(f.value)) from json_each(${messages.attachments}) f where f.value ->> 'object_id' not in ${valuesOf(object_ids)})`;
  return [
    db
      .update(messages)
      .set({ attachments: kept })
      .where(
        and(
          eq(messages.workspace_id, workspace_id),
          eq(messages.session_id, session_id),
          sql`${messages.attachments} <> '[]'`,
        ),
      ),
    db
      .delete(attachments)
      .where(
        and(
          eq(attachments.workspace_id, workspace_id),
          eq(attachments.session_id, session_id),
          inArray(attachments.object_id, valuesOf(object_ids)),
        ),
      ),
  ];
}
