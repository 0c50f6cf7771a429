import { z } from '@hono/zod-openapi';
import { exportStatuses } from '../../db/schema/end-users.ts';
import { EndUserId, Id, Time } from '../../http/schema.ts';
import { EndUserName } from '../schema.ts';

export const ExportParameters = z.object({ end_user: EndUserName, export: Id('eux') });

export const LinkQuery = z.strictObject({
  expires: z.coerce.number().int().min(1).max(1e11).optional().describe('From `url`'),
  signature: z.string().min(1).max(100).optional().describe('From `url`'),
});
export type LinkQuery = z.output<typeof LinkQuery>;

export const EndUserExport = z
  .object({
    id: Id('eux'),
    end_user_id: EndUserId,
    status: z.enum(exportStatuses),
    byte_size: z.int().nullable(),
    sha256: z.string().nullable(),
    counts: z
      .record(z.string(), z.int())
      .nullable()
      .describe('Lines by their kind; null before the end')
      .openapi({ example: { end_user: 1, session: 3, message: 24 } }),
    url: z
      .string()
      .nullable()
      .describe('Signed link, valid without a key until `expires_at`; null before the end'),
    created_at: Time,
    completed_at: Time.nullable(),
    expires_at: Time.describe('The archive is removed afterwards'),
  })
  .openapi('EndUserExport');
export type EndUserExport = z.output<typeof EndUserExport>;
