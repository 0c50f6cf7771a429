import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';

/** The person of an erasure, and who stands for them afterwards. */
export interface Erasing {
  readonly end_user_id: string;
  readonly pseudonym: string;
}

/** Numbers of removed or pseudonymised rows and objects, by kind. */
export type Counts = Readonly<Record<string, number>>;

/** The result of a part of a step: what it did, and the position at which the next part continues; null at the end. */
export interface Progress {
  readonly counts: Counts;
  readonly position: string | null;
}

/** Does a bounded part of the work from a position on. Doing it again, after an interruption, is harmless. */
export type Step = (ctx: Ctx, erasing: Erasing, position: string) => Promise<Progress>;

/** A list of ids as one parameter, for `in`. */
export const valuesOf = (ids: readonly string[]) =>
  sql`(select value from json_each(${JSON.stringify(ids)}))`;

/** Rows that one statement deletes. */
const rowsAtOnce = 1000;
/** Rows that one statement looks at. */
const windowSize = 5000;

/** Deletes the rows of a table that match, some at a time. */
export const deleting =
  (kind: string, table: string, where: (erasing: Erasing) => SQL): Step =>
  async ({ db, workspace_id }, erasing) => {
    const name = sql.raw(table);
    const rows = await db.all(sql`delete from ${name} where rowid in (
      select rowid from ${name} where workspace_id = ${workspace_id} and ${where(erasing)} limit ${rowsAtOnce}) returning 1 as n`);
    return { counts: { [kind]: rows.length }, position: rows.length < rowsAtOnce ? null : 'more' };
  };

/** Goes through the rows of a table in the order of their ids, and changes those of a window with one statement. */
export const changing =
  (kind: string, table: string, change: (erasing: Erasing, window: SQL) => SQL): Step =>
  async ({ db, workspace_id }, erasing, after) => {
    const name = sql.raw(table);
    const until = await db.get<{ id: string | null }>(sql`select max(id) as id from (
      select id from ${name} where workspace_id = ${workspace_id} and id > ${after} order by id limit ${windowSize})`);
    if (until?.id == null) return { counts: {}, position: null };
    const window = sql`workspace_id = ${workspace_id} and id > ${after} and id <= ${until.id}`;
    const rows = await db.all(sql`${change(erasing, window)} returning 1 as n`);
    return { counts: { [kind]: rows.length }, position: until.id };
  };

/** Runs statements that are the whole of a step. */
export const once =
  (kind: string, statements: (workspace_id: string, erasing: Erasing) => readonly SQL[]): Step =>
  async ({ db, workspace_id }, erasing) => {
    let changes = 0;
    for (const statement of statements(workspace_id, erasing))
      changes += (await db.run(statement)).meta.changes;
    return { counts: { [kind]: changes }, position: null };
  };
