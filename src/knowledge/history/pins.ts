import { type Ctx, coversAgent } from '../../platform/context.ts';
import { selectBasesByIds } from '../base-store.ts';
import { type LostRevision, lostRevision } from './check-revision.ts';
import type { Revisions } from './visible-at.ts';

/** Returns the oldest and the latest revision that can be searched, of the bases that the caller may use. */
export async function latestRevisions(
  ctx: Ctx,
  base_ids: readonly string[],
): Promise<Map<string, { readonly oldest: number; readonly latest: number }>> {
  const rows = await selectBasesByIds(ctx.db, ctx.workspace_id, base_ids).all();
  return new Map(
    rows
      .filter((row) => coversAgent(ctx.actor, row.agent_id))
      .map((row) => [row.id, { oldest: row.oldest_revision, latest: row.revision }]),
  );
}

/** Returns the first of the revisions that cannot be searched any longer, with the reason; null for none. */
export async function lostPin(
  ctx: Ctx,
  base_ids: readonly string[],
  revisions: Revisions,
): Promise<LostRevision | null> {
  const pinned = base_ids.filter((id) => revisions[id] !== undefined);
  const rows = await selectBasesByIds(ctx.db, ctx.workspace_id, pinned).all();
  return lostRevision(rows, pinned, revisions);
}
