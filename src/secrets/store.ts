import { type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import type { SecretOwner, secrets } from '../db/schema/secrets.ts';
import type { SecretRef } from './place.ts';

export type SecretRow = typeof secrets.$inferSelect;

const of = (workspace_id: string, { owner_type, owner_id, field }: Omit<SecretRef, 'bound_to'>) =>
  sql`workspace_id = ${workspace_id} and owner_type = ${owner_type} and owner_id = ${owner_id} and field = ${field}`;

/**
 * A sealed value as a column of the statement that reads its owner; null where there is none. `owner` is
 * the name or alias of the owner's table, `id` its column with `owner_id`: written out, since Drizzle drops
 * the table's name in a select of one table, and the columns would be those of `secrets`.
 */
export function sealedOf(owner_type: SecretOwner, field: string, owner: string, id: string) {
  const column = (name: string) => sql`${sql.identifier(owner)}.${sql.identifier(name)}`;
  return sql<
    string | null
  >`(select x.sealed from secrets x where x.workspace_id = ${column('workspace_id')}
    and x.owner_type = ${owner_type} and x.owner_id = ${column(id)} and x.field = ${field})`;
}

interface PutOptions {
  /** Nothing is stored unless this condition holds, such as that the owner exists. */
  readonly when?: SQL;
  /** A value that is stored for the same URL is kept. */
  readonly keepsBound?: boolean;
}

/** Stores a sealed value, replacing the owner's value of this field. */
export const putSecret = (
  db: Db,
  row: SecretRow,
  { when = sql`true`, keepsBound = false }: PutOptions = {},
) =>
  db.run(sql`insert into secrets
    (workspace_id, owner_type, owner_id, field, bound_to, sealed, key_version, updated_at)
    select ${row.workspace_id}, ${row.owner_type}, ${row.owner_id}, ${row.field}, ${row.bound_to}, ${row.sealed},
      cast(${row.key_version} as integer), cast(${row.updated_at} as integer) where ${when}
    on conflict (workspace_id, owner_type, owner_id, field) do update set bound_to = excluded.bound_to,
      sealed = excluded.sealed, key_version = excluded.key_version, updated_at = excluded.updated_at
    where ${keepsBound ? sql`secrets.bound_to is not excluded.bound_to` : sql`true`}`) as unknown as Statement;

export const removeSecret = (db: Db, workspace_id: string, ref: Omit<SecretRef, 'bound_to'>) =>
  db.run(sql`delete from secrets where ${of(workspace_id, ref)}`) as unknown as Statement;

/** Deletes a value that is bound to another URL. */
export const removeUnlessBound = (db: Db, workspace_id: string, ref: SecretRef) =>
  db.run(
    sql`delete from secrets where ${of(workspace_id, ref)} and bound_to is not ${ref.bound_to}`,
  ) as unknown as Statement;

/** A position in the order of rotation. */
export interface RotationCursor {
  readonly key_version: number;
  readonly row_id: number;
}

/**
 * Returns values of all workspaces that are wrapped under a key older than `version`, oldest key
 * first.
 */
export const selectOldSecrets = (
  db: Db,
  version: number,
  after: RotationCursor,
  limit: number,
): Promise<(SecretRow & RotationCursor)[]> =>
  db.all(sql`select rowid as row_id, workspace_id, owner_type, owner_id, field, bound_to, sealed, key_version, updated_at
    from secrets where key_version < ${version} and (key_version, rowid) > (${after.key_version}, ${after.row_id})
    order by key_version, rowid limit ${limit}`);

/** Takes effect only while the stored value is the one that was read. */
export const replaceSealed = (
  db: Db,
  { row_id, sealed: before }: Pick<SecretRow & RotationCursor, 'row_id' | 'sealed'>,
  sealed: string,
  key_version: number,
) =>
  db.run(
    sql`update secrets set sealed = ${sealed}, key_version = cast(${key_version} as integer) where rowid = ${row_id} and sealed = ${before}`,
  ) as unknown as Statement;
