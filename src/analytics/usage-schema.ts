import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import type { usage_archives } from '../db/schema/analytics.ts';
import { pageQuery } from '../http/openapi.ts';
import { CredentialId, dateRange, Id, Time } from '../http/schema.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime } from '../shared/time.ts';
import { callStatuses } from './usage-fields.ts';

/** Wider than in sessions: the OpenAI protocol accepts more. */
const EndUser = z.string().min(1).max(200).describe('Id of the end user');

export const UsageQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional(),
  version: Id('ver').optional(),
  experiment: Id('exp').optional(),
  variant: Id('var').optional(),
  session: Id('ses').optional(),
  run: Id('run').optional(),
  api_key: CredentialId.optional(),
  end_user_id: EndUser.optional(),
  end_user: EndUser.optional()
    .describe('Deprecated: `end_user_id`')
    .openapi({ param: { deprecated: true } }),
  provider: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Provider of the model')
    .openapi({ example: 'openai' }),
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Name of the model as the provider gives it, or `provider/model`'),
  operation: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Purpose of the call')
    .openapi({ example: 'answer' }),
  status: z.enum(callStatuses).optional().describe('Outcome of the call'),
  ...dateRange,
});
export type UsageQuery = z.output<typeof UsageQuery>;

export const ArchiveParams = z.object({ archive: Id('arc') });

export const UsageArchive = z
  .object({
    id: Id('arc'),
    day: z.iso.date().describe('UTC day of the rows'),
    part: z.int().min(1).describe('Number of the archive within its day'),
    schema_number: z
      .int()
      .min(1)
      .describe(
        'Version of the fields of its lines. A field that was added later is absent: it was not recorded then.',
      ),
    row_count: z.int(),
    cost_usd: z.number().describe('Sum of the known costs'),
    byte_size: z.int(),
    sha256: z.string(),
    created_at: Time,
  })
  .openapi('UsageArchive');
export type UsageArchive = z.output<typeof UsageArchive>;

export const toUsageArchive = (row: typeof usage_archives.$inferSelect): UsageArchive => ({
  id: row.id,
  day: toWireTime(row.day).slice(0, 10),
  part: row.part,
  schema_number: row.schema_number,
  row_count: row.row_count,
  cost_usd: toWireUsd(row.cost_nano_usd) ?? 0,
  byte_size: row.byte_size,
  sha256: row.sha256,
  created_at: toWireTime(row.created_at),
});
