import { sql } from 'drizzle-orm';
import type { files } from '../db/schema/knowledge.ts';

type FileRow = Pick<typeof files.$inferSelect, 'status' | 'attempt' | 'former_attempt'>;

/** The attempt whose chunks are searchable, in SQL with the file as `f`. Null before the first one is ready. */
export const searchableAttemptOfFile = sql.raw(
  "iif(f.status = 'ready', f.attempt, f.former_attempt)",
);

/** The same of a row. */
export const searchableAttempt = ({ status, attempt, former_attempt }: FileRow): number | null =>
  status === 'ready' ? attempt : former_attempt;
