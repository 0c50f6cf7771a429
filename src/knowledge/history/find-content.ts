import { and, eq, isNull, sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import { knowledge_bases } from '../../db/schema/knowledge.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { notFound } from '../../shared/failure.ts';
import { checkRevision } from './check-revision.ts';
import { type ContentRow, selectContent } from './content-store.ts';

/** Selects the base of a file, also of a hidden one. */
const selectBaseOfAnyFile = (db: Db, workspace_id: string, file_id: string) =>
  db
    .select()
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        isNull(knowledge_bases.deleted_at),
        sql`${knowledge_bases.id} = (select f.base_id from files f where f.id = ${file_id} and f.workspace_id = ${workspace_id})`,
      ),
    );

/**
 * Returns the content that a file had at a revision of its base, also of a file that has been deleted since. Throws
 * `not_found` and `revision_purged`.
 */
export async function findContent(
  ctx: Ctx,
  file_id: string,
  revision: number,
): Promise<ContentRow> {
  const { db, workspace_id } = ctx;
  const [[base], [content]] = await batch(db, [
    selectBaseOfAnyFile(db, workspace_id, file_id),
    selectContent(db, workspace_id, file_id, revision),
  ]);
  if (base === undefined || !coversAgent(ctx.actor, base.agent_id)) throw notFound('file');
  checkRevision(base, revision);
  if (content === undefined) throw notFound('file');
  return content;
}
