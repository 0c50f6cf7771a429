import type { Ctx } from '../../platform/context.ts';
import { invalid } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { findBase } from '../bases.ts';
import { checkRevision } from './check-revision.ts';
import { selectDifferences, selectRevisions } from './history-store.ts';
import {
  type DiffQuery,
  type FileDifference,
  type KnowledgeRevision,
  toDifference,
  toRevision,
} from './schema.ts';

const scopeOf = (ctx: Ctx, list: string) => ({
  secret: ctx.config.signing_secret,
  workspace_id: ctx.workspace_id,
  list,
});

/** Lists the changes of a base, the latest first. Throws `not_found`. */
export async function listRevisions(
  ctx: Ctx,
  base_id: string,
  query: PageQuery,
): Promise<Page<KnowledgeRevision>> {
  await findBase(ctx, base_id);
  return readPage(
    scopeOf(ctx, `revisions:${base_id}`),
    query,
    async (after, limit) =>
      selectRevisions(ctx.db, base_id, after === null ? null : Number(after), limit),
    ({ revision }) => String(revision),
    toRevision,
  );
}

/** Lists files that differ between two revisions of a base. Throws `not_found`, `revision_purged`. */
export async function compareRevisions(
  ctx: Ctx,
  base_id: string,
  { from: earlier, to: wanted, ...page }: DiffQuery,
): Promise<Page<FileDifference>> {
  const base = await findBase(ctx, base_id);
  const from = earlier ?? base.oldest_revision;
  const to = wanted ?? base.revision;
  if (from > to) throw invalid('?from', `Must not be later than \`to\`, which is ${to}.`);
  checkRevision(base, from);
  checkRevision(base, to);
  return readPage(
    { ...scopeOf(ctx, `diff:${base_id}`), filters: { from, to: wanted } },
    page,
    async (after, limit) => selectDifferences(ctx.db, base_id, { from, to }, after ?? '', limit),
    ({ file_id }) => file_id,
    toDifference,
  );
}
