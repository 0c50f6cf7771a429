import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import type { usage_archives } from '../db/schema/analytics.ts';
import { pageQuery } from '../http/openapi.ts';
import { dateRange, Id, Time } from '../http/schema.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime } from '../shared/time.ts';
import type { UsageRow } from './usage-store.ts';

const statuses = ['ok', 'error', 'aborted'] as const;

/** Also one that a provider's protocol let through and sessions would not take. */
const EndUser = z.string().min(1).max(200).describe('Only of this end user');

export const UsageQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional(),
  version: Id('ver').optional(),
  session: Id('ses').optional(),
  run: Id('run').optional(),
  api_key: Id('key').optional(),
  end_user_id: EndUser.optional(),
  end_user: EndUser.optional()
    .describe('Deprecated: `end_user_id`')
    .openapi({ param: { deprecated: true } }),
  provider: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Whose model it was')
    .openapi({ example: 'openai' }),
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('As the provider names it, or `provider/model`'),
  operation: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('What the call was for')
    .openapi({ example: 'answer' }),
  status: z.enum(statuses).optional().describe('How it ended'),
  ...dateRange,
});
export type UsageQuery = z.output<typeof UsageQuery>;

const tokens = z.number().int().nullable();

export const Usage = z
  .object({
    id: Id('use'),
    created_at: Time,
    agent_id: z.string().nullable(),
    version_id: z.string().nullable(),
    session_id: z.string().nullable(),
    run_id: z.string().nullable(),
    api_key_id: z.string().nullable(),
    end_user_id: z.string().nullable(),
    call_key: z
      .string()
      .describe('Names the call for good: a call has one row')
      .openapi({ example: 'run_01JZ8Q6V0D3F5H7K9M1P3R5T7W:1:0' }),
    provider: z.string().openapi({ example: 'openai' }),
    model: z.string().openapi({ example: 'gpt-5-mini' }),
    operation: z.string().openapi({ example: 'answer' }),
    status: z.enum(statuses),
    input_tokens: tokens,
    cache_read_tokens: tokens,
    cache_write_tokens: tokens,
    output_tokens: tokens,
    reasoning_tokens: tokens,
    is_estimated: z
      .boolean()
      .describe('The provider did not say how many tokens; they were counted here'),
    cost_usd: z.number().nullable().describe('null where the price or the usage is unknown'),
    latency_ms: z.number().int(),
    first_token_ms: z.number().int().nullable(),
  })
  .openapi('Usage');
export type Usage = z.output<typeof Usage>;

/** The order of the fields is that of the columns of a table. */
export const toUsage = ({
  workspace_id: _workspace,
  cost_nano_usd,
  created_at,
  id,
  ...row
}: UsageRow): Usage => ({
  id,
  created_at: toWireTime(created_at),
  agent_id: row.agent_id,
  version_id: row.version_id,
  session_id: row.session_id,
  run_id: row.run_id,
  api_key_id: row.api_key_id,
  end_user_id: row.end_user_id,
  call_key: row.call_key,
  provider: row.provider,
  model: row.model,
  operation: row.operation,
  status: row.status,
  input_tokens: row.input_tokens,
  cache_read_tokens: row.cache_read_tokens,
  cache_write_tokens: row.cache_write_tokens,
  output_tokens: row.output_tokens,
  reasoning_tokens: row.reasoning_tokens,
  is_estimated: row.is_estimated,
  cost_usd: toWireUsd(cost_nano_usd),
  latency_ms: row.latency_ms,
  first_token_ms: row.first_token_ms,
});

export const ArchiveParams = z.object({ archive: Id('arc') });

export const UsageArchive = z
  .object({
    id: Id('arc'),
    day: z.iso.date().describe('The day, of UTC, that the rows are of'),
    part: z.number().int().min(1).describe('A day may have several'),
    row_count: z.number().int(),
    cost_usd: z.number().describe('Sum of the costs that are known'),
    byte_size: z.number().int(),
    sha256: z.string(),
    created_at: Time,
  })
  .openapi('UsageArchive');
export type UsageArchive = z.output<typeof UsageArchive>;

export const toUsageArchive = (row: typeof usage_archives.$inferSelect): UsageArchive => ({
  id: row.id,
  day: toWireTime(row.day).slice(0, 10),
  part: row.part,
  row_count: row.row_count,
  cost_usd: toWireUsd(row.cost_nano_usd) ?? 0,
  byte_size: row.byte_size,
  sha256: row.sha256,
  created_at: toWireTime(row.created_at),
});
