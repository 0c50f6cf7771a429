import type { Statement } from '../db/client.ts';
import { actorId, type Ctx } from '../platform/context.ts';
import { Failure, invalid, notFound, unknownVersion } from '../shared/failure.ts';
import { refuseArchived, type Target, withAgent } from './change.ts';
import { parseConfig } from './merge-config.ts';
import { Label } from './parameters.ts';
import { refusePurged } from './pin-knowledge.ts';
import { type Agent, toAgent } from './schema.ts';
import { type AgentDetailRow, deleteLabel, type Labels, upsertLabel } from './store.ts';
import { selectVersionFor } from './version-choice.ts';
import type { SetLabel } from './version-schema.ts';

const maxLabels = 50;

/** Returns all labels after one was pointed at a version, and the statements that store it. Throws `conflict`. */
export function labelled(
  ctx: Ctx,
  row: AgentDetailRow,
  label: string,
  { id, number }: Labels[string],
): { readonly labels: Labels; readonly statements: readonly Statement[] } {
  if (!Object.hasOwn(row.labels, label) && Object.keys(row.labels).length >= maxLabels) {
    throw new Failure('conflict', `An agent may have at most ${maxLabels} labels.`);
  }
  const { workspace_id, id: agent_id } = row;
  return {
    labels: { ...row.labels, [label]: { id, number } },
    statements: [
      upsertLabel(ctx.db, {
        workspace_id,
        agent_id,
        label,
        version_id: id,
        updated_by: actorId(ctx.actor),
        updated_at: ctx.now(),
      }),
    ],
  };
}

/** Points a label at a version. Throws `validation_failed`, `not_found`, `agent_archived`, `precondition_failed`, `conflict`. */
export async function setLabel(
  ctx: Ctx,
  target: Target,
  label: string,
  input: SetLabel,
): Promise<Agent> {
  const problem = Label.safeParse(label).error?.issues[0]?.message;
  if (problem !== undefined) throw invalid('label', problem);
  return withAgent(
    ctx,
    target,
    async (row) => {
      refuseArchived(row);
      const version = await selectVersionFor(ctx.db, ctx.workspace_id, row.id, input.version).get();
      if (version === undefined) throw unknownVersion(input.version);
      await refusePurged(ctx, parseConfig(version.config), `Version ${version.number}`);
      const before = Object.hasOwn(row.labels, label) ? row.labels[label] : undefined;
      if (before?.id === version.id) return null;
      const detail = { label, version: version.number, previous_version: before?.number ?? null };
      return {
        ...labelled(ctx, row, label, version),
        audit: { action: 'agent.set_label', detail },
      };
    },
    toAgent,
  );
}

/** Removes a label. Throws `not_found` for a label that does not exist, `agent_archived`, `precondition_failed`. */
export async function removeLabel(ctx: Ctx, target: Target, label: string): Promise<void> {
  await withAgent(
    ctx,
    target,
    async (row) => {
      refuseArchived(row);
      if (!Object.hasOwn(row.labels, label)) throw notFound('label');
      const { [label]: removed, ...labels } = row.labels;
      return {
        labels,
        statements: [deleteLabel(ctx.db, ctx.workspace_id, row.id, label)],
        audit: {
          action: 'agent.remove_label',
          detail: { label, version: removed?.number ?? null },
        },
      };
    },
    toAgent,
  );
}
