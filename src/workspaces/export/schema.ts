import { z } from '@hono/zod-openapi';
import { exportStatuses } from '../../db/schema/workspace-exports.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import type { ExportRow } from './store.ts';

export const WorkspaceExport = z
  .object({
    id: Id('wex'),
    status: z.enum(exportStatuses),
    row_count: z.int().describe('Rows in the archive so far'),
    object_count: z.int().describe('Stored files in the archive so far'),
    byte_size: z.int().describe('Bytes of the compressed archive so far'),
    url: z
      .string()
      .nullable()
      .describe(
        'Link to the archive, valid without a key until `url_expires_at`; read the export again for another. Null until the export is completed.',
      ),
    url_expires_at: Time.nullable(),
    error: z.string().nullable().describe('Why the export failed'),
    created_at: Time,
    completed_at: Time.nullable(),
    expires_at: Time.describe('When the archive is deleted'),
  })
  .openapi('WorkspaceExport');
export type WorkspaceExport = z.output<typeof WorkspaceExport>;

interface Link {
  readonly url: string;
  readonly expires_at: number;
}

export const toWorkspaceExport = (row: ExportRow, link: Link | null): WorkspaceExport => ({
  id: row.id,
  status: row.status,
  row_count: Object.values(row.rows).reduce((sum, count) => sum + count, 0),
  object_count: row.object_count,
  byte_size: row.parts.reduce((sum, { byte_size }) => sum + byte_size, 0),
  url: link?.url ?? null,
  url_expires_at: toWireTimeOrNull(link?.expires_at ?? null),
  error: row.error_detail,
  created_at: toWireTime(row.created_at),
  completed_at: toWireTimeOrNull(row.completed_at),
  expires_at: toWireTime(row.expires_at),
});

export const LinkQuery = z.strictObject({
  expires: z.coerce.number().int().min(1).max(1e11).optional().describe('Seconds since 1970'),
  signature: z.string().min(1).max(100).optional().describe('Signature of the link'),
});
export type LinkQuery = z.output<typeof LinkQuery>;
