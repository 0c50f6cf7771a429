import { z } from '@hono/zod-openapi';
import { revisionChanges } from '../../db/schema/knowledge-history.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';
import type { DiffRow, ShownRevisionRow } from './history-store.ts';

/** A revision in a query string, where an empty value is not 0. */
const RevisionParameter = z
  .string()
  .refine((value) => /^\d{1,15}$/.test(value), { error: 'Must be an integer of at least 0.' })
  .transform(Number)
  .openapi({ type: 'integer', minimum: 0 });

/** Reads content as it was at a revision. */
export const atRevision = RevisionParameter.optional().describe(
  'Revision of the base at which the content is read, as in citations and hits, also of a file that has been replaced or deleted since; the present content by default',
);

export const RevisionQuery = z.strictObject(pageQuery);

export const KnowledgeRevision = z
  .object({
    revision: z.int(),
    change: z.enum(revisionChanges),
    file_id: Id('file'),
    file_name: z
      .string()
      .nullable()
      .describe('Name of the file at this revision; null once its history has been deleted'),
    chunk_id: z.string().nullable().describe('The chunk, for changes of one'),
    actor_id: z
      .string()
      .nullable()
      .describe('Id of the key or user that made the change; null if it is not known'),
    created_at: Time,
  })
  .openapi('KnowledgeRevision');
export type KnowledgeRevision = z.output<typeof KnowledgeRevision>;

export const toRevision = (row: ShownRevisionRow): KnowledgeRevision => ({
  revision: row.revision,
  change: row.change,
  file_id: row.file_id,
  file_name: row.file_name,
  chunk_id: row.chunk_id,
  actor_id: row.actor_id,
  created_at: toWireTime(row.created_at),
});

export const DiffQuery = z.strictObject({
  from: RevisionParameter.optional().describe(
    'The earlier revision; the oldest that is complete by default',
  ),
  to: RevisionParameter.optional().describe('The later revision; the latest by default'),
  ...pageQuery,
});
export type DiffQuery = z.output<typeof DiffQuery>;

const side = z
  .object({ name: z.string(), chunk_count: z.int() })
  .nullable()
  .describe('Null where the file is not searchable');

export const FileDifference = z
  .object({
    file_id: Id('file'),
    change: z
      .enum(['added', 'removed', 'replaced', 'updated'])
      .describe('`updated`: name, metadata or single chunks'),
    from: side,
    to: side,
  })
  .openapi('FileDifference');
export type FileDifference = z.output<typeof FileDifference>;

export function toDifference(row: DiffRow): FileDifference {
  const { from_attempt, to_attempt } = row;
  const sideOf = (name: string | null, chunk_count: number | null) =>
    name === null ? null : { name, chunk_count: chunk_count ?? 0 };
  return {
    file_id: row.file_id,
    change:
      from_attempt === null
        ? 'added'
        : to_attempt === null
          ? 'removed'
          : from_attempt === to_attempt
            ? 'updated'
            : 'replaced',
    from: sideOf(row.from_name, row.from_chunk_count),
    to: sideOf(row.to_name, row.to_chunk_count),
  };
}
