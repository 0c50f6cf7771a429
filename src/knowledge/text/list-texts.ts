import { and, asc, eq, gt, gte, inArray, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { batch } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import { files, knowledge_bases } from '../../db/schema/knowledge.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { type File, toFile } from '../file-schema.ts';
import type { FileRow } from '../file-store.ts';
import type { SearchFilter } from '../search/filter.ts';
import { conditionOf } from '../search/filter-sql.ts';
import { searchableAttemptOfFile } from '../searchable.ts';

/** The files whose texts are listed. */
export interface TextScope {
  /** Null for all bases that the caller may see. */
  readonly base_ids: readonly string[] | null;
  readonly filter: SearchFilter | null;
}

/** Bases of which files are read in one round trip. */
const basesPerTrip = 10;

const f = alias(files, 'f');

/** Lists files that have a text, base by base, so that an index gives each page. `name` identifies the list in its cursors. */
export const listTexts = (
  ctx: Ctx,
  scope: TextScope,
  name: string,
  query: PageQuery,
): Promise<Page<File>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `texts:${name}`,
      filters: { ...scope },
    },
    query,
    (after, count) => readFiles(ctx, scope, after, count),
    ({ base_id, id }) => `${base_id} ${id}`,
    toFile,
  );

async function readFiles(
  ctx: Ctx,
  scope: TextScope,
  after: string | null,
  count: number,
): Promise<FileRow[]> {
  const found: FileRow[] = [];
  let [from = '', last = ''] = after?.split(' ') ?? [];
  while (found.length < count) {
    const bases = await selectBasesWithTexts(ctx, scope, from).all();
    if (bases.length === 0) break;
    const lists = await batch(
      ctx.db,
      bases.map(({ id }) => selectTexts(ctx, scope, id, id === from ? last : '', count)),
    );
    found.push(...lists.flat());
    if (bases.length < basesPerTrip) break;
    from = `${bases.at(-1)?.id}`;
    last = '\uffff';
  }
  return found.slice(0, count);
}

const hasText = sql`${searchableAttemptOfFile} is not null`;

const selectBasesWithTexts = (ctx: Ctx, { base_ids }: TextScope, from: string) => {
  const only = coveredAgents(ctx.actor);
  return ctx.db
    .select({ id: knowledge_bases.id })
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, ctx.workspace_id),
        isNull(knowledge_bases.deleted_at),
        gte(knowledge_bases.id, from),
        base_ids === null ? undefined : inArray(knowledge_bases.id, valuesOf(base_ids)),
        only === null ? undefined : inArray(knowledge_bases.agent_id, valuesOf(only)),
        sql`exists (select 1 from files f where f.workspace_id = ${ctx.workspace_id}
          and f.base_id = ${knowledge_bases.id} and f.deleted_at is null and ${hasText})`,
      ),
    )
    .orderBy(asc(knowledge_bases.id))
    .limit(basesPerTrip);
};

const selectTexts = (
  { db, workspace_id }: Ctx,
  { filter }: TextScope,
  base_id: string,
  after: string,
  limit: number,
) =>
  db
    .select()
    .from(f)
    .where(
      and(
        eq(f.workspace_id, workspace_id),
        eq(f.base_id, base_id),
        gt(f.id, after),
        isNull(f.deleted_at),
        hasText,
        conditionOf(filter ?? {}) ?? undefined,
      ),
    )
    .orderBy(asc(f.id))
    .limit(limit);
