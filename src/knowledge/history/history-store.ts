import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { RevisionRow } from './revision-store.ts';

export interface ShownRevisionRow extends RevisionRow {
  readonly file_name: string | null;
}

/** Selects revisions of a base, the latest first, before a revision. */
export const selectRevisions = (db: Db, base_id: string, before: number | null, limit: number) =>
  db.all<ShownRevisionRow>(sql`
    select r.*, (select k.name from file_contents k where k.file_id = r.file_id and k.added_revision <= r.revision
      order by k.added_revision desc limit 1) as file_name
    from knowledge_revisions r where r.base_id = ${base_id} and r.revision < ${before ?? Number.MAX_SAFE_INTEGER}
    order by r.revision desc limit ${limit}`);

export interface DiffRow {
  readonly file_id: string;
  readonly from_attempt: number | null;
  readonly from_name: string | null;
  readonly from_chunk_count: number | null;
  readonly to_attempt: number | null;
  readonly to_name: string | null;
  readonly to_chunk_count: number | null;
}

/** Selects files that differ between two revisions, by id. */
export function selectDifferences(
  db: Db,
  base_id: string,
  { from, to }: { readonly from: number; readonly to: number },
  after: string,
  limit: number,
) {
  const at = (alias: string, revision: number) => {
    const [added, removed] = ['added_revision', 'removed_revision'].map((column) =>
      sql.raw(`${alias}.${column}`),
    );
    return sql`${added} <= ${revision} and (${removed} is null or ${removed} > ${revision})`;
  };
  return db.all<DiffRow>(sql`
    select d.file_id as file_id, a.attempt as from_attempt, a.name as from_name, a.chunk_count as from_chunk_count,
      z.attempt as to_attempt, z.name as to_name, z.chunk_count as to_chunk_count
    from (select distinct file_id from knowledge_revisions where base_id = ${base_id} and revision > ${from} and revision <= ${to}) d
    left join file_contents a on a.file_id = d.file_id and ${at('a', from)}
    left join file_contents z on z.file_id = d.file_id and ${at('z', to)}
    where d.file_id > ${after} and (a.attempt is not null or z.attempt is not null)
    order by d.file_id limit ${limit}`);
}
