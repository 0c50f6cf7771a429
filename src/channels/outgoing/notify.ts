import type { Ctx } from '../../platform/context.ts';
import { day, hour } from '../../shared/time.ts';
import type { ThreadRow } from '../store.ts';
import { newDelivery } from './deliver.ts';
import { insertNotice, moveDraft } from './store.ts';

/** A user receives the same notice once in this time. Longer than that of a mailbox that replies to every message. */
const quietFor = { email: day, other: hour };

interface Notice {
  readonly text: string;
  /** Names the notice, so that it is sent once. The id of a run stands for its answer. */
  readonly source_id: string;
  /** The run whose draft the notice replaces; null for none. */
  readonly draft_of: string | null;
}

/** Statements that add a notice, and the delivery, which is sent after they are committed. */
export function noticeTo(ctx: Ctx, thread: ThreadRow, { text, source_id, draft_of }: Notice) {
  const delivery = { ...newDelivery(ctx, thread, source_id, ctx.now()), notice: text };
  const quiet = thread.end_user_id.startsWith('email:') ? quietFor.email : quietFor.other;
  const { end_user_id } = thread;
  const inserted = insertNotice(ctx.db, delivery, {
    end_user_id,
    run_id: draft_of,
    since: ctx.now() - quiet,
  });
  return {
    delivery,
    statements: [
      inserted,
      ...(draft_of === null || draft_of === source_id ? [] : moveDraft(ctx.db, delivery, draft_of)),
    ] as const,
  };
}
