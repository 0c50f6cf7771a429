import { z } from '@hono/zod-openapi';
import { AgentParameter, VersionParameter } from '../../agents/index.ts';
import { coverages, runStatuses } from '../../db/schema/runs.ts';
import { pageQuery } from '../../http/openapi.ts';
import { dateRange, EndUserId, Id } from '../../http/schema.ts';
import { Run } from '../schema/run.ts';

const Cost = z
  .string()
  .regex(/^\d{1,6}(?:\.\d{1,9})?$/, 'An amount in US dollars, such as 0.05.')
  .transform(Number)
  .openapi({ type: 'number', example: 0.05 });

export const AgentRunsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(runStatuses).optional().describe('Filter by status'),
  version: VersionParameter.optional().describe('Filter by version'),
  experiment: Id('exp').optional().describe('Filter by experiment'),
  variant: Id('var').optional().describe('Filter by variant of an experiment'),
  session: Id('ses').optional().describe('Filter by session'),
  end_user_id: EndUserId.optional().describe('Filter by end user'),
  finish_reason: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Filter by finish reason')
    .openapi({ example: 'no_answer' }),
  coverage: z
    .enum(coverages)
    .optional()
    .describe('Filter by how well the documents covered the question'),
  error: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'An error code, or `any`.')
    .optional()
    .describe('Filter by error code; `any` for all failed runs')
    .openapi({ example: 'provider_error' }),
  min_cost_usd: Cost.optional().describe('Minimum cost; excludes runs of unknown cost'),
  max_cost_usd: Cost.optional().describe('Maximum cost; excludes runs of unknown cost'),
  ...dateRange,
});
export type AgentRunsQuery = z.output<typeof AgentRunsQuery>;

export const RunsQuery = AgentRunsQuery.extend({ agent: AgentParameter.optional() });

export const ListedRun = Run.extend({ end_user_id: z.string().nullable() }).openapi('ListedRun');
export type ListedRun = z.output<typeof ListedRun>;
