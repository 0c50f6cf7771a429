import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { hostOf, sendErasure } from '../../runs/index.ts';
import { deleteSession } from '../store/sessions.ts';
import { selectSomeSessions } from './store.ts';

/** Maximum sessions per batch. */
const batchSize = 20;

/**
 * Erases all sessions of the workspace, or of one of its agents, with the state of their hosts;
 * active runs are cancelled first. May be interrupted and started again.
 */
export async function eraseSessions(ctx: Ctx, agent_id: string | null): Promise<void> {
  for (;;) {
    const rows = await selectSomeSessions(ctx.db, ctx.workspace_id, agent_id, batchSize).all();
    if (rows.length === 0) return;
    await eraseSomeSessions(
      ctx,
      rows.map(({ id }) => id),
    );
  }
}

/** Erases sessions with the state of their hosts, a few at once; active runs are cancelled first. */
export async function eraseSomeSessions(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => hostOf(ctx, id).erase()));
  const each = ids.map((id) => deleteSession(ctx.db, ctx.workspace_id, id, ctx.now()));
  const results: unknown[] = await batch(ctx.db, each.flat());
  // The first result of each session is the job that removes its files.
  let at = 0;
  for (const statements of each) {
    sendErasure(ctx, results[at] ?? []);
    at += statements.length;
  }
}
