import { sql } from 'drizzle-orm';

/** Binds values as one JSON parameter, since a statement takes at most 100. */
export const valuesOf = (values: readonly unknown[]) =>
  sql`(select value from json_each(${JSON.stringify(values)}))`;

/** Size of a JSON parameter, in UTF-16 units of up to 3 bytes: D1 takes 2 MB. */
const parameterChars = 600_000;

/** Returns rows as JSON parameters of a size that D1 takes, in order. A row must be far smaller. */
export function parametersOf(rows: readonly unknown[]): string[] {
  const parameters: string[] = [];
  let gathered: string[] = [];
  let chars = 0;
  for (const row of rows.map((one) => JSON.stringify(one))) {
    if (gathered.length > 0 && chars + row.length > parameterChars) {
      parameters.push(`[${gathered.join()}]`);
      gathered = [];
      chars = 0;
    }
    gathered.push(row);
    chars += row.length + 1;
  }
  return gathered.length === 0 ? parameters : [...parameters, `[${gathered.join()}]`];
}
