import { z } from '@hono/zod-openapi';
import { quotaNames } from '../../db/schema/quotas.ts';
import type { QuotaRow } from './store.ts';

const limit = z.int().min(0).max(1e15).nullable();

/** Limits that the operator sets for one workspace. */
export const QuotaLimits = z
  .strictObject({
    files: limit.describe('Files of knowledge bases, in any state, and of `/v1/files`'),
    bytes: limit.describe(
      'Bytes of the originals of files and attachments; files shared by forked sessions, messages and `/v1/files` count once',
    ),
    chunks: limit.describe(
      'Chunks of files. A file that would exceed it becomes `failed` with `quota_exceeded`',
    ),
    agents: limit.describe('Agents that are not archived'),
    sessions: limit.describe(
      'Chat sessions, archived ones included; runs without a session do not count',
    ),
    tools: limit.describe('Tools'),
    keys: limit.describe('API keys that are valid and have not been rotated'),
    knowledge_bases: limit.describe('Shared knowledge bases; those that agents own do not count'),
    schedules: limit.describe('Schedules of agents, in any status'),
    mcp_servers: limit.describe('MCP servers'),
    datasets: limit.describe('Datasets'),
    dataset_cases: limit.describe('Versions of cases in datasets; a changed case has several'),
    evaluations: limit.describe('Evaluations of agents over datasets'),
  })
  .partial()
  .describe(
    'Limits of this workspace; null uses the limit of the deployment. Limits that are left out are kept',
  )
  .openapi('QuotaLimits', { example: { files: 1000 } });
export type QuotaLimits = z.output<typeof QuotaLimits>;

export const Quota = z
  .object({
    quota: z.enum(quotaNames),
    limit: z.int().nullable().describe('Null for no limit'),
    used: z
      .int()
      .describe('Current use. It may exceed a lowered limit; nothing can be added then.'),
    source: z
      .enum(['deployment', 'workspace'])
      .describe(
        'Origin of the limit: `workspace` when it was set with `PATCH /workspaces/{workspace}`',
      ),
  })
  .openapi('Quota');
export type Quota = z.output<typeof Quota>;

export const QuotaList = z.object({ data: z.array(Quota) }).openapi('QuotaList');

export const toQuotas = (rows: readonly QuotaRow[]): Quota[] =>
  quotaNames.flatMap((name) => {
    const row = rows.find(({ resource }) => resource === name);
    if (row === undefined) return [];
    const { own_max, default_max, used } = row;
    return [
      {
        quota: name,
        limit: own_max ?? default_max,
        used,
        source: own_max === null ? 'deployment' : 'workspace',
      },
    ];
  });
