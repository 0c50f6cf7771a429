import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { experiments } from '../db/schema/experiments.ts';
import type { EntryRow } from './store.ts';

export const saveCheck = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(experiments)
    .set({ cursor: sql`json_set(cursor, '$.checked_at', cast(${now} as integer))` })
    .where(and(eq(experiments.workspace_id, workspace_id), eq(experiments.id, id)));

/** Adds to the log unless it has an entry of this kind about the variant. */
export const insertOnce = (db: Db, row: EntryRow) =>
  db.run(sql`insert into experiment_entries (id, workspace_id, experiment_id, kind, variant_id, detail, created_by, created_at)
    select ${row.id}, ${row.workspace_id}, ${row.experiment_id}, ${row.kind}, ${row.variant_id}, ${JSON.stringify(row.detail)},
      ${row.created_by}, cast(${row.created_at} as integer)
    where not exists (select 1 from experiment_entries e where e.experiment_id = ${row.experiment_id}
      and e.kind = ${row.kind} and e.variant_id = ${row.variant_id})`);
