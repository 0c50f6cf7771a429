import { and, eq } from 'drizzle-orm';
import { runs } from '../../db/schema/runs.ts';
import { messages } from '../../db/schema/sessions.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  eraseOneOff,
  eraseTrace,
  hostOf,
  readResult,
  selectMessagesOfRun,
} from '../../runs/index.ts';
import { authorizeSession } from '../authorize-session.ts';
import { indexMessages } from '../search/index-store.ts';
import { deleteSession } from '../service.ts';
import { selectSession } from '../store/sessions.ts';
import { dropDerived } from './drop-derived.ts';
import { eraseCopies } from './erase-copies.ts';

/**
 * Erases the content of a run. Its messages become empty, so that later messages keep their parent.
 * Trace, events, approvals, code and its files are deleted, and so are a generated title, a session without other messages, and
 * a one-off run as a whole. Forked sessions keep their copies. The cost stays counted.
 */
export async function eraseRun(ctx: Ctx, run_id: string): Promise<void> {
  const { row } = await readResult(ctx, run_id);
  if (row.session_id === null) return eraseOneOff(ctx, run_id);
  const { db, workspace_id } = ctx;
  const session = authorizeSession(
    ctx,
    await selectSession(db, workspace_id, row.session_id).all(),
    'run',
  );
  const own = (await selectMessagesOfRun(db, workspace_id, run_id).all()).filter(
    ({ session_id }) => session_id === session.id,
  );
  if (own.length === session.message_seq) {
    await deleteSession(ctx, session.id);
    return;
  }
  const empty = own.map((row) => ({ ...row, text: '', prompt: null, citations: [] }));
  await commit(ctx, {
    statements: [
      db
        .update(messages)
        .set({ text: '', prompt: null, citations: [] })
        .where(
          and(
            eq(messages.workspace_id, workspace_id),
            eq(messages.session_id, session.id),
            eq(messages.run_id, run_id),
          ),
        ),
      ...dropDerived(db, session),
      ...indexMessages(db, empty),
      ...eraseTrace(db, workspace_id, run_id),
      ...eraseCopies(db, workspace_id, session.id, run_id),
      db
        .update(runs)
        .set({ metadata: null })
        .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, run_id))),
    ],
    audit: [{ action: 'run.erase', target_type: 'run', target_id: run_id }],
  });
  await hostOf(ctx, session.id).invalidate();
}
