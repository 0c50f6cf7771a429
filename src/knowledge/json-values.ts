import { sql } from 'drizzle-orm';

/** Binds values as one JSON parameter, since a statement takes at most 100. */
export const valuesOf = (values: readonly unknown[]) =>
  sql`(select value from json_each(${JSON.stringify(values)}))`;
