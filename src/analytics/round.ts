import type { Ctx } from '../platform/context.ts';
import { saveCursor, selectCursor } from './store.ts';

/** Work that is done for one workspace after the other, for as many as a tick has room for. */
export interface Round {
  /** Whose place is kept from tick to tick. */
  readonly name: string;
  readonly hasRoom: () => boolean;
  /** Workspaces with something to do, after an id and in their order. */
  readonly selectDue: (after: string) => Promise<{ readonly id: string }[]>;
  readonly visit: (workspace_id: string) => Promise<void>;
}

/** Goes on where the last tick stopped, and once around, so that nobody waits for ever behind those who are always due. */
export async function goRound(ctx: Ctx, { name, hasRoom, selectDue, visit }: Round): Promise<void> {
  let after = (await selectCursor(ctx.db, name).get())?.position ?? '';
  while (hasRoom()) {
    const due = await selectDue(after);
    for (const { id } of due) {
      if (!hasRoom()) return void (await saveCursor(ctx.db, name, after).run());
      // One workspace's failure must not stop the others.
      await visit(id).catch((error: unknown) => ctx.log.error(`${name}_failed`, { of: id, error }));
      after = id;
    }
    if (due.length === 0 && after === '') return;
    // Those before the place where the last tick stopped have their turn next.
    if (due.length === 0) return void (await saveCursor(ctx.db, name, '').run());
  }
}
