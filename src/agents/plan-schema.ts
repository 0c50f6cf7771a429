import { z } from '@hono/zod-openapi';
import { AgentConfig, AgentConfigPatch } from './config.ts';
import { Manifest } from './manifest-schema.ts';
import { Label } from './parameters.ts';
import {
  Agent,
  ChangeSummary,
  nesting,
  OverrideReason,
  Reason,
  VersionReference,
  Warning,
} from './schema.ts';
import { VersionDiff } from './version-schema.ts';

const wanted = {
  manifest: Manifest.optional().describe(
    'The whole agent: fields that are left out have their defaults, as in an import',
  ),
  config: AgentConfigPatch.optional().describe('A change that is merged into the configuration'),
};

const hasOne = ({ manifest, config }: { manifest?: unknown; config?: unknown }) =>
  (manifest === undefined) !== (config === undefined);
const either = 'Give either `manifest` or `config`.';

export const PlanAgent = z
  .strictObject(wanted, nesting)
  .refine(hasOne, either)
  .openapi('PlanAgent', {
    example: { config: { instructions: 'Answer in one sentence.' } } as never,
  });
export type PlanAgent = z.output<typeof PlanAgent>;

export const PlanNewAgent = z.strictObject({ manifest: Manifest }).openapi('PlanNewAgent', {
  example: {
    manifest: {
      kind: 'agentgrid.agent',
      format: 1,
      agent: { name: 'Support', slug: 'support-2' },
      config: { instructions: 'Answer from the documents.' },
      knowledge_bases: [{ name: 'Support', is_own: true }],
    },
  } as never,
});

const PlanHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'Must be the `plan_hash` of a plan.')
  .describe(
    'Identifies the change and the revision of the agent that it was planned for. It differs once either does',
  )
  .openapi({ example: 'f3b1'.repeat(16) });

export const ApplyPlan = z
  .strictObject(
    {
      ...wanted,
      plan_hash: PlanHash,
      activate: z.boolean().default(true).describe('Activates the version, if there is a new one'),
      label: Label.optional().describe('Label to point at the version'),
      change_summary: ChangeSummary.optional(),
      reason: Reason.optional(),
      override_reason: OverrideReason.optional(),
    },
    nesting,
  )
  .refine(hasOne, either)
  .openapi('ApplyPlan', {
    example: {
      config: { instructions: 'Answer in one sentence.' },
      plan_hash: 'f3b1'.repeat(16),
    } as never,
  });
export type ApplyPlan = z.output<typeof ApplyPlan>;

const Usd = z.number().nullable();

export const CostForecast = z
  .object({
    calls: z
      .int()
      .describe('Model calls of the last 7 days, without those of drafts and evaluations'),
    last_week_usd: Usd.describe('Cost of these calls; null if a price is unknown'),
    forecast_usd: Usd.describe(
      'Cost of as many calls after the change; null if a price is unknown',
    ).openapi({ example: 12.5 }),
    assumptions: z.array(z.string()),
  })
  .openapi('CostForecast');
export type CostForecast = z.output<typeof CostForecast>;

const FieldChange = z.object({ field: z.string(), from: z.unknown(), to: z.unknown() });
const BaseReference = z.object({ id: z.string(), name: z.string().nullable() });

export const AgentPlan = z
  .object({
    agent_id: z.string(),
    slug: z.string(),
    revision: z.int().describe('Revision of the agent that the plan is for'),
    from: VersionReference.describe('The active version'),
    has_changes: z.boolean(),
    creates_version: z.boolean().describe('False if only fields of the agent change'),
    fields: z.array(FieldChange).describe('Changed fields of the agent outside its configuration'),
    ...VersionDiff.pick({ patch: true, instructions: true, summary: true }).shape,
    tools: z.object({
      added: z.array(z.string()),
      removed: z.array(z.string()),
      updated: z.array(z.string()).describe('Tools that the version uses at a newer revision'),
    }),
    knowledge_bases: z.object({ added: z.array(BaseReference), removed: z.array(BaseReference) }),
    config: AgentConfig.describe('The configuration after the change'),
    labels: z.record(z.string(), VersionReference).describe('Labels that stay where they are'),
    warnings: z.array(Warning),
    cost: CostForecast,
    plan_hash: PlanHash,
  })
  .openapi('AgentPlan');
export type AgentPlan = z.output<typeof AgentPlan>;

export const AppliedPlan = z
  .object({
    agent: Agent,
    version: VersionReference.nullable().describe('The new version; null if there is none'),
    is_activated: z.boolean(),
    has_changed: z.boolean().describe('False if the agent was already as wanted'),
  })
  .openapi('AppliedPlan');
export type AppliedPlan = z.output<typeof AppliedPlan>;

export const NewAgentPlan = AgentPlan.pick({ slug: true, config: true, warnings: true })
  .extend({
    config: AgentConfig.describe('The configuration, without the own knowledge base'),
    tools: z.array(z.string()),
  })
  .openapi('NewAgentPlan');
export type NewAgentPlan = z.output<typeof NewAgentPlan>;
