import {
  and,
  asc,
  desc,
  eq,
  inArray,
  isNotNull,
  isNull,
  lt,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { Db } from '../db/client.ts';
import { compile } from '../db/compiled.ts';
import { valuesOf } from '../db/json-values.ts';
import { agent_versions, agents } from '../db/schema/agents.ts';
import { files, knowledge_bases } from '../db/schema/knowledge.ts';

export type BaseRow = typeof knowledge_bases.$inferSelect;

const ownBase = (workspace_id: string | Placeholder, id: string | SQL | Placeholder) =>
  and(
    eq(knowledge_bases.workspace_id, workspace_id),
    eq(knowledge_bases.id, id),
    isNull(knowledge_bases.deleted_at),
  );

export const insertBase = (db: Db, row: BaseRow) => db.insert(knowledge_bases).values(row);

export const selectBase = (
  db: Db,
  workspace_id: string | Placeholder,
  id: string | SQL | Placeholder,
) => db.select().from(knowledge_bases).where(ownBase(workspace_id, id));

/** The same, compiled, for a batch. */
export const selectBaseById = compile((db, value: (name: 'workspace_id' | 'id') => Placeholder) =>
  selectBase(db, value('workspace_id'), value('id')),
);

export const selectBasesByIds = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select()
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        inArray(knowledge_bases.id, valuesOf(ids)),
        isNull(knowledge_bases.deleted_at),
      ),
    );

/** Counts the files of bases by their state. A base without files is not among the rows. */
export const countFiles = (db: Db, workspace_id: string, base_ids: readonly string[]) =>
  db
    .select({
      base_id: files.base_id,
      ready: sql<number>`sum(${files.status} = 'ready')`,
      processing: sql<number>`sum(${files.status} not in ('ready', 'failed'))`,
      failed: sql<number>`sum(${files.status} = 'failed')`,
      byte_size: sql<number>`sum(${files.byte_size})`,
    })
    .from(files)
    .where(
      and(
        eq(files.workspace_id, workspace_id),
        inArray(files.base_id, valuesOf(base_ids)),
        isNull(files.deleted_at),
      ),
    )
    .groupBy(files.base_id);

export interface BaseFilters {
  /** Limits the list to bases of these agents; null for all. */
  readonly agent_ids: readonly string[] | null;
}

export const selectBases = (
  db: Db,
  workspace_id: string,
  filters: BaseFilters,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        isNull(knowledge_bases.deleted_at),
        filters.agent_ids === null
          ? undefined
          : inArray(knowledge_bases.agent_id, valuesOf(filters.agent_ids)),
        after === null ? undefined : lt(knowledge_bases.id, after),
      ),
    )
    .orderBy(desc(knowledge_bases.id))
    .limit(limit);

export const updateBase = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: SQLiteUpdateSetSource<typeof knowledge_bases>,
) => db.update(knowledge_bases).set(changes).where(ownBase(workspace_id, id)).returning();

/**
 * Selects agents whose active version searches the base. Archived agents search nothing and cannot
 * be changed.
 */
export const selectAgentsOfBase = (db: Db, workspace_id: string, id: string, limit: number) =>
  db
    .select({ id: agents.id, slug: agents.slug })
    .from(agents)
    .innerJoin(agent_versions, eq(agent_versions.id, agents.active_version_id))
    .where(
      and(
        eq(agents.workspace_id, workspace_id),
        isNull(agents.archived_at),
        sql`${id} in (select value from json_each(${agent_versions.config}, '$.knowledge.base_ids'))`,
      ),
    )
    .orderBy(asc(agents.id))
    .limit(limit);

/**
 * Hides a base; an agent's own base only with `with_agent`. While an agent searches the base, a
 * null in `knowledge_bases.updated_at` fails the whole batch.
 */
export const markBaseDeleted = (
  db: Db,
  workspace_id: string,
  id: string,
  now: number,
  with_agent = false,
) =>
  db
    .update(knowledge_bases)
    .set({
      deleted_at: now,
      updated_at: sql`case when not exists ${selectAgentsOfBase(db, workspace_id, id, 1)} then cast(${now} as integer) end`,
    })
    .where(
      and(ownBase(workspace_id, id), with_agent ? undefined : isNull(knowledge_bases.agent_id)),
    )
    .returning({ id: knowledge_bases.id });

/** Deletes the row of a hidden base without files. */
export const deleteBaseRow = (db: Db, workspace_id: string, id: string) =>
  db
    .delete(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        eq(knowledge_bases.id, id),
        isNotNull(knowledge_bases.deleted_at),
      ),
    );

/**
 * The same for a change of vectors in the spaces that were read before. If the base has others by now, a null in
 * `knowledge_bases.vectors_revision` fails the batch.
 */
export const touchSpaces = (
  db: Db,
  workspace_id: string,
  base: Pick<BaseRow, 'id' | 'vector_space' | 'second_space' | 'second_embedding'>,
) =>
  db
    .update(knowledge_bases)
    .set({
      vectors_revision: sql`iif(${knowledge_bases.vector_space} = ${base.vector_space} and ${knowledge_bases.second_space} is ${base.second_space}
        and (${knowledge_bases.second_embedding} is null) = ${base.second_embedding === null ? 1 : 0}, ${knowledge_bases.vectors_revision} + 1, null)`,
    })
    .where(and(eq(knowledge_bases.workspace_id, workspace_id), eq(knowledge_bases.id, base.id)));

/** Marks a base whose vectors have changed. A trigger on `files` counts its chunks. */
export const touchBase = compile((db, value: (name: 'workspace_id' | 'id') => Placeholder) =>
  db
    .update(knowledge_bases)
    .set({ vectors_revision: sql`${knowledge_bases.vectors_revision} + 1` })
    .where(
      and(
        eq(knowledge_bases.workspace_id, value('workspace_id')),
        eq(knowledge_bases.id, value('id')),
      ),
    ),
);
