import { type SQL, sql } from 'drizzle-orm';
import { valuesOf } from '../db/json-values.ts';
import type { Ctx } from '../platform/context.ts';

/**
 * The condition that a reader with these groups may read the file `f`, whatever else it requires; null for a reader of
 * all files.
 */
export const isReadable = (groups: Ctx['groups'], column = 'f."groups"'): SQL =>
  groups === null
    ? sql`true`
    : sql`(${sql.raw(column)} is null or exists (select 1 from json_each(${sql.raw(column)}) g where g.value in ${valuesOf(groups)}))`;

/** The groups that both have; null for all files. */
export function narrowed(groups: Ctx['groups'], to: Ctx['groups'] | undefined): Ctx['groups'] {
  if (groups === null || to == null) return groups ?? to ?? null;
  return groups.filter((name) => to.includes(name));
}
