import { sql } from 'drizzle-orm';

/**
 * Scope of the former content of a base in the keyword and vector indexes, which live searches leave out. Its
 * first word differs from that of the base's own scope, since keyword scopes are matched by words.
 */
export const formerScope = (base_id: string): string => base_id.replace(/^kb_/, 'kbf_');

/** The scope of a chunk `c` in SQL. */
export const scopeOfChunk = sql.raw("iif(c.is_former, 'kbf_' || substr(c.base_id, 4), c.base_id)");
