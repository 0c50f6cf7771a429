import { z } from '@hono/zod-openapi';
import { pageQuery } from '../http/openapi.ts';
import { Id, Time } from '../http/schema.ts';
import { toWireTime } from '../shared/time.ts';
import { type PinState, pinStatuses } from '../tools/index.ts';
import { AgentConfig, AgentConfigPatch } from './config.ts';
import { parseConfig } from './merge-config.ts';
import { Label, VersionRequest } from './parameters.ts';
import {
  ChangeSummary,
  nesting,
  OverrideReason,
  Reason,
  VersionReference,
  Warning,
} from './schema.ts';
import type { AgentDetailRow } from './store.ts';
import type { VersionRow } from './version-choice.ts';
import type { ActivationSummaryRow } from './version-store.ts';

export const VersionSummary = z
  .object({
    id: Id('ver'),
    agent_id: Id('agt'),
    number: z.int().min(1).describe('Consecutive number, from 1'),
    is_active: z.boolean(),
    labels: z
      .array(z.string())
      .describe('Labels that point at the version')
      .openapi({ example: ['production'] }),
    change_summary: z.string().nullable(),
    created_by: z.string().nullable(),
    created_at: Time,
  })
  .openapi('VersionSummary');
export type VersionSummary = z.output<typeof VersionSummary>;

export const Version = VersionSummary.extend({
  config: AgentConfig,
  tools: z
    .array(
      z.object({
        name: z.string(),
        tool_id: Id('tool')
          .nullable()
          .describe('null for tools of other kinds than HTTP tools, like `revision`'),
        revision: z.int().nullable(),
        status: z.enum(pinStatuses).describe('State of the tool compared to this revision'),
      }),
    )
    .describe(
      'Tools of `config.tools` at the revisions that the version uses, regardless of later changes',
    ),
  warnings: z
    .array(Warning)
    .describe('Problems of the configuration in the current state of the workspace'),
  agent_revision: z
    .int()
    .describe('Revision of the agent, which also changes with labels and activation; the `ETag`'),
}).openapi('Version');
export type Version = z.output<typeof Version>;

/** The properties of an agent that its versions show. */
type Of = Pick<AgentDetailRow, 'active_version_id' | 'labels' | 'revision'>;

export const toVersionSummary = (
  row: Omit<VersionRow, 'workspace_id' | 'config' | 'config_hash' | 'tools'>,
  agent: Of,
): VersionSummary => ({
  id: row.id,
  agent_id: row.agent_id,
  number: row.number,
  is_active: row.id === agent.active_version_id,
  labels: Object.entries(agent.labels)
    .filter(([, version]) => version.id === row.id)
    .map(([label]) => label)
    .sort(),
  change_summary: row.change_summary,
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
});

export function toVersion(
  row: VersionRow,
  agent: Of,
  states: readonly PinState[],
  warningsOf: (config: AgentConfig) => Version['warnings'],
): Version {
  const config = parseConfig(row.config);
  return {
    ...toVersionSummary(row, agent),
    config,
    tools: [...states],
    warnings: warningsOf(config),
    agent_revision: agent.revision,
  };
}

/** Returns the reference by which other objects name a version. */
export const toVersionReference = ({
  id,
  number,
}: Pick<VersionRow, 'id' | 'number'>): VersionReference => ({ id, number });

export const CreateVersion = z
  .strictObject(
    {
      config: AgentConfigPatch.optional().describe(
        'Merged into the active configuration; without it, the version is a copy',
      ),
      change_summary: ChangeSummary.optional(),
      activate: z.boolean().default(false).describe('Activates the new version'),
      reason: Reason.optional(),
      override_reason: OverrideReason.optional(),
      label: Label.optional().describe('Label to point at the new version'),
    },
    nesting,
  )
  .openapi('CreateVersion', {
    example: { config: { instructions: 'Answer in verse.' }, change_summary: 'A draft' } as never,
  });
export type CreateVersion = z.output<typeof CreateVersion>;

export const ActivateVersion = z
  .strictObject({ reason: Reason.optional(), override_reason: OverrideReason.optional() })
  .openapi('ActivateVersion', { example: { reason: 'The new one answered too long' } });
export type ActivateVersion = z.output<typeof ActivateVersion>;

export const SetLabel = z
  .strictObject({ version: VersionRequest })
  .openapi('SetLabel', { example: { version: '1' } });
export type SetLabel = z.output<typeof SetLabel>;

export const VersionQuery = z.strictObject(pageQuery);

export const Activation = z
  .object({
    id: Id('act'),
    version: VersionReference,
    previous_version: VersionReference.nullable().describe('null for the first activation'),
    reason: z.string().nullable(),
    override_reason: z
      .string()
      .nullable()
      .describe('Why an admin activated it without the evaluation that the agent required'),
    actor: z
      .object({ type: z.string(), id: z.string().nullable() })
      .describe('Actor that activated the version'),
    created_at: Time,
  })
  .openapi('Activation');
export type Activation = z.output<typeof Activation>;

export const toActivation = (row: ActivationSummaryRow): Activation => ({
  id: row.id,
  version: { id: row.version_id, number: row.number },
  previous_version:
    row.previous_version_id === null || row.previous_number === null
      ? null
      : { id: row.previous_version_id, number: row.previous_number },
  reason: row.reason,
  override_reason: row.override_reason,
  actor: { type: row.actor_type, id: row.actor_id },
  created_at: toWireTime(row.created_at),
});

export const VersionDiff = z
  .object({
    from: VersionReference,
    to: VersionReference,
    patch: z
      .array(
        z.object({
          op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
          path: z.string(),
          from: z.string().optional(),
          value: z.unknown().optional(),
        }),
      )
      .describe('JSON Patch (RFC 6902) from the first configuration to the second'),
    instructions: z.array(
      z.object({ type: z.enum(['same', 'added', 'removed']), lines: z.array(z.string()) }),
    ),
    summary: z
      .array(z.string())
      .describe('One line for each changed field')
      .openapi({ example: ['settings.temperature: null -> 0.2'] }),
  })
  .openapi('VersionDiff');
export type VersionDiff = z.output<typeof VersionDiff>;
