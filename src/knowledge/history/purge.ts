import { batch } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { day, hour } from '../../shared/time.ts';
import type { BaseRow } from '../base-store.ts';
import { deleteChunks } from '../ingest/store.ts';
import { attemptKeys } from '../ingest/text-keys.ts';
import { vectorIds } from '../vector-space.ts';
import { selectAttempts } from './content-store.ts';
import {
  deleteContentsUpTo,
  deleteRevisionsBefore,
  type FormerContent,
  raiseOldest,
  schedulePurge,
  selectDueBase,
  selectFormerChunks,
  selectFormerContents,
  selectHeldRevision,
  selectKeptBytes,
} from './purge-store.ts';

/** Bases visited per tick, and what one visit deletes. */
const visitsOfTick = 20;
const contentsAtOnce = 100;
const chunksAtOnce = 500;

/** Former chunks, and bytes of former originals, of a base above which its oldest content is deleted before its time. */
const maxFormerChunks = 200_000;
const maxFormerBytes = 5 * 1024 ** 3;

/**
 * Deletes former content whose retention has ended, of all workspaces. What the active or a labelled version of an
 * agent is pinned to is kept. Returns the number of visits.
 */
export const purgeHistory = (ctx: Ctx): Promise<number> =>
  repeatBounded(visitsOfTick, 1, async () => {
    const base = await selectDueBase(ctx.db, ctx.now()).get();
    if (base === undefined) return 0;
    await purgeBase({ ...ctx, workspace_id: base.workspace_id }, base).catch(
      async (error: unknown) => {
        ctx.log.error('purge_failed', { base_id: base.id, error });
        await schedulePurge(ctx.db, base, ctx.now() + hour).run();
      },
    );
    return 1;
  });

/** Content or a single chunk, as it was removed. */
type Former = Pick<FormerContent, 'revision' | 'removed_at'> & Partial<FormerContent>;

async function purgeBase(ctx: Ctx, base: BaseRow): Promise<void> {
  const isLarge = base.former_byte_size > maxFormerBytes;
  const [[held], contents, chunks, kept] = await batch(ctx.db, [
    selectHeldRevision(ctx.db, base),
    selectFormerContents(ctx.db, base.id, contentsAtOnce),
    selectFormerChunks(ctx.db, base.id, chunksAtOnce),
    isLarge ? selectKeptBytes(ctx.db, base.id) : null,
  ]);
  const last = held?.revision ?? base.revision;
  const removedUpTo = ctx.now() - base.retention_days * day;
  let excess = base.former_chunk_count - maxFormerChunks;
  let excessBytes = (kept?.[0]?.bytes ?? 0) - maxFormerBytes;
  const isDue = (one: Former) => {
    const isExcess = excess > 0 || (excessBytes > 0 && one.file_id !== undefined);
    if (one.revision > last || (one.removed_at > removedUpTo && !isExcess)) return false;
    excess -= one.chunk_count ?? 1;
    excessBytes -= one.byte_size ?? 0;
    return true;
  };
  const dueContents = contents.filter(isDue);
  const dueChunks = chunks.filter(isDue);
  const oldest = Math.max(0, ...[...dueContents, ...dueChunks].map(({ revision }) => revision));
  if (oldest === 0) {
    const next = [...contents, ...chunks].map(({ revision, removed_at }) =>
      revision > last ? ctx.now() + day : removed_at + base.retention_days * day,
    );
    await schedulePurge(ctx.db, base, next.length === 0 ? null : Math.min(...next)).run();
    return;
  }
  await commit(ctx, {
    statements: [
      // First, so that no search at an earlier revision misses anything silently.
      raiseOldest(ctx.db, base.id, oldest),
      deleteContentsUpTo(ctx.db, base.id, Math.max(0, ...dueContents.map((one) => one.revision))),
      deleteRevisionsBefore(ctx.db, base.id, oldest),
    ],
    jobs: [...new Set(dueContents.map(({ file_id }) => file_id))].map((file_id) => ({
      type: 'file.delete' as const,
      file_id,
    })),
  });
  const ids = dueChunks.map(({ id }) => id);
  await ctx.vectors.remove(ctx.workspace_id, vectorIds(base, ids));
  await batch(
    ctx.db,
    deleteChunks(
      ctx.db,
      dueChunks.map(({ seq }) => seq),
    ),
  );
  for (const content of dueContents) if (content.chunk_count === 0) await removeText(ctx, content);
}

/** The job removes the texts of attempts with chunks. */
async function removeText(ctx: Ctx, { file_id, attempt }: FormerContent): Promise<void> {
  const kept = await selectAttempts(ctx.db, ctx.workspace_id, file_id, attempt - 1).all();
  if (!kept.some((one) => one.attempt === attempt))
    await ctx.files.remove(attemptKeys(ctx.workspace_id, file_id, attempt));
}
