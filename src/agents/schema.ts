import { z } from '@hono/zod-openapi';
import { pageQuery } from '../http/openapi.ts';
import { Flag, Id, Slug, Time } from '../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { AgentConfig, AgentConfigPatch, configFields } from './config.ts';
import { agentFieldsOf, fieldSchemas, newFieldSchemas } from './fields.ts';
import { parseConfig } from './merge-config.ts';
import { RequireEvaluation } from './required-evaluation.ts';
import type { AgentDetailRow, AgentSummaryRow, Labels } from './store.ts';

/** The error for configuration fields at the top level of a request. */
export const nesting = {
  error: (issue: { readonly code?: string; readonly keys?: readonly string[] }) =>
    issue.code === 'unrecognized_keys' && issue.keys?.some((key) => configFields.has(key))
      ? 'Unknown field. Configuration belongs under `config`: `{ "config": { "instructions": "…" } }`.'
      : undefined,
};

export const ChangeSummary = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .describe('Summary of the changes')
  .openapi({ example: 'Shorter answers' });
export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .describe('Reason for the activation')
  .openapi({ example: 'Answers were too long' });

export const OverrideReason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .describe(
    'Activates the version without the evaluation that the agent requires; admins only. Recorded',
  )
  .openapi({ example: 'Hotfix of a wrong price' });

export const CreateAgent = z
  .strictObject(
    {
      ...newFieldSchemas,
      slug: Slug.optional()
        .describe('Derived from the name unless given')
        .openapi({ example: 'support' }),
      config: AgentConfigPatch.default({}),
    },
    nesting,
  )
  .openapi('CreateAgent', {
    example: { name: 'Support', config: { instructions: 'Answer from the documents.' } } as never,
  });
export type CreateAgent = z.output<typeof CreateAgent>;

export const UpdateAgent = z
  .strictObject(
    {
      ...fieldSchemas,
      slug: Slug.openapi({ example: 'support' }),
      config: AgentConfigPatch,
      change_summary: ChangeSummary,
      reason: Reason,
      override_reason: OverrideReason,
      require_evaluation: RequireEvaluation.nullable().describe(
        'The evaluation that versions have to pass before they are activated; null for none. Admins only',
      ),
    },
    nesting,
  )
  .partial()
  .openapi('UpdateAgent', {
    example: {
      config: { instructions: 'Answer in one sentence.' },
      change_summary: 'Shorter answers',
    },
  });
export type UpdateAgent = z.output<typeof UpdateAgent>;

export const VersionReference = z
  .object({ id: Id('ver'), number: z.int().min(1) })
  .openapi('VersionReference');
export type VersionReference = z.output<typeof VersionReference>;

export const AgentSummary = z
  .object({
    id: Id('agt'),
    slug: z.string().openapi({ example: 'support' }),
    ...fieldSchemas,
    active_version: VersionReference,
    latest_version: z.int().describe('Number of the newest version'),
    model: z
      .string()
      .describe('Model of the active version')
      .openapi({ example: 'builtin/extractive' }),
    labels: z.record(z.string(), VersionReference).openapi({ example: {} }),
    base_id: Id('kb').describe("Id of the agent's own knowledge base"),
    revision: z.int().describe('Increases with every change; the `ETag`'),
    archived_at: Time.nullable(),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('AgentSummary');
export type AgentSummary = z.output<typeof AgentSummary>;

export const Warning = z
  .object({
    code: z.string().openapi({ example: 'provider_not_configured' }),
    detail: z.string(),
    pointer: z
      .string()
      .describe('JSON Pointer to the part of the configuration')
      .openapi({ example: '/config/fallback_models/0' }),
  })
  .openapi('Warning');

export const Agent = AgentSummary.omit({ model: true })
  .extend({
    config: AgentConfig.describe('The configuration of the active version'),
    require_evaluation: RequireEvaluation.nullable(),
    warnings: z
      .array(Warning)
      .optional()
      .describe('Problems of the configuration; only in replies to requests that saved it'),
  })
  .openapi('Agent');
export type Agent = z.output<typeof Agent>;

type SharedRow = Omit<AgentSummaryRow, 'model'>;

const toShared = (row: SharedRow): Omit<AgentSummary, 'model'> => ({
  id: row.id,
  slug: row.slug,
  ...agentFieldsOf(row),
  active_version: { id: row.active_version_id, number: row.number },
  latest_version: row.latest_version,
  labels: toLabels(row.labels),
  base_id: row.base_id,
  revision: row.revision,
  archived_at: toWireTimeOrNull(row.archived_at),
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

const toLabels = (labels: Labels): Record<string, VersionReference> =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

export const toAgentSummary = (row: AgentSummaryRow): AgentSummary => ({
  ...toShared(row),
  model: row.model,
});
export const toAgent = (row: AgentDetailRow): Agent => ({
  ...toShared(row),
  config: parseConfig(row.config),
  require_evaluation: row.require_evaluation as Agent['require_evaluation'],
});

export const DeleteAgentQuery = z.strictObject({
  permanent: Flag.prefault('false')
    .describe('Deletes an archived agent permanently')
    .openapi({ type: 'string', enum: ['true', 'false'], default: 'false' }),
});
/** Returns an agent with the warnings of its configuration, for requests that saved it. */
export function toSavedAgent(
  warningsOf: (config: AgentConfig) => z.output<typeof Warning>[],
): (row: AgentDetailRow) => Agent {
  return (row) => {
    const agent = toAgent(row);
    const warnings = warningsOf(agent.config);
    return warnings.length === 0 ? agent : { ...agent, warnings };
  };
}

export const AgentQuery = z.strictObject({
  ...pageQuery,
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe('Text in the name, slug or description; case-insensitive for ASCII letters'),
  tag: z.string().min(1).max(50).optional().describe('Only agents with this tag'),
  archived: Flag.optional()
    .describe('true lists only archived agents')
    .openapi({ type: 'string', enum: ['true', 'false'] }),
});
export type AgentQuery = z.output<typeof AgentQuery>;
