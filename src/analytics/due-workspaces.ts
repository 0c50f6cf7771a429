import type { Ctx } from '../platform/context.ts';
import { saveCursor, selectCursor } from './store.ts';

/** Work that is done workspace by workspace, within the allowance of a tick. */
export interface WorkspaceTask {
  /** Names the position that is kept between ticks. */
  readonly name: string;
  readonly hasRoom: () => boolean;
  /** Selects workspaces with work, ordered by id, after an id. */
  readonly selectDue: (after: string) => Promise<{ readonly id: string }[]>;
  readonly visit: (workspace_id: string) => Promise<void>;
}

/** Visits due workspaces from where the last tick stopped, once around, so that none is starved by those before it. */
export async function forEachDueWorkspace(
  ctx: Ctx,
  { name, hasRoom, selectDue, visit }: WorkspaceTask,
): Promise<void> {
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
    // The next tick begins with the workspaces before this one's start.
    if (due.length === 0) return void (await saveCursor(ctx.db, name, '').run());
  }
}
