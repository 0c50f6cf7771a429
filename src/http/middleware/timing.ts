import type { RequestStats } from '../../platform/context.ts';

/**
 * Formats request timings and database use as the standard `Server-Timing` header. For a stream it
 * covers the time before the first byte.
 */
export function serverTiming({ db, llm_ms, retrieval_ms }: RequestStats, total_ms: number): string {
  const parts = [
    `db;dur=${db.ms.toFixed(1)};desc="${db.trips} trips ${db.rows_read} read ${db.rows_written} written"`,
  ];
  if (retrieval_ms > 0) parts.push(`retrieval;dur=${retrieval_ms.toFixed(1)}`);
  if (llm_ms > 0) parts.push(`llm;dur=${llm_ms.toFixed(1)}`);
  return [...parts, `total;dur=${total_ms.toFixed(1)}`].join(', ');
}
