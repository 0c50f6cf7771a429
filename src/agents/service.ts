import { refuseSearchedBase } from '../knowledge/index.ts';
import { modelWarnings } from '../llm/index.ts';
import { type Ctx, coveredAgents, coversAgent } from '../platform/context.ts';
import { canonicalJson } from '../shared/digest.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { type Page, readPage } from '../shared/page.ts';
import { findWorkspace } from '../workspaces/index.ts';
import {
  hashConfig,
  newVersion,
  type Plan,
  readAgent,
  refuseArchived,
  type Target,
  withAgent,
} from './change.ts';
import { checkBases, checkConfig } from './check.ts';
import type { AgentConfig, AgentConfigPatch } from './config.ts';
import { changedFieldsOf, unsetFields } from './fields.ts';
import { checkRequired, isAdmin } from './gate.ts';
import { defaultConfig, mergeConfig, parseConfig } from './merge-config.ts';
import { pinKnowledge, refusePurged } from './pin-knowledge.ts';
import {
  type Agent,
  type AgentQuery,
  type AgentSummary,
  toAgent,
  toAgentSummary,
  toSavedAgent,
  type UpdateAgent,
} from './schema.ts';
import {
  type AgentChanges,
  type AgentDetailRow,
  type AgentRow,
  selectAgent,
  selectAgents,
} from './store.ts';
import { pinsFor, withTools } from './tools.ts';

/** Returns an agent by id or slug, in one round trip. Throws `not_found`. */
export async function getAgent(ctx: Ctx, agent: string): Promise<Agent> {
  return toAgent(await readAgent(ctx, agent));
}

/** Returns the row of an agent by id or slug. Throws `not_found`, also for a key that does not cover it. */
export async function findAgent(ctx: Ctx, agent: string): Promise<AgentRow> {
  const row = await selectAgent(ctx.db, ctx.workspace_id, agent).get();
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
  return row;
}

/** Returns the id of an agent for a filter by id or slug; undefined without one. Throws `not_found` as `findAgent` does. */
export const findAgentId = async (
  ctx: Ctx,
  agent: string | undefined,
): Promise<string | undefined> =>
  agent === undefined ? undefined : (await findAgent(ctx, agent)).id;

/** Lists agents, newest first, in one round trip. */
export function listAgents(
  ctx: Ctx,
  { limit, cursor, ...filters }: AgentQuery,
): Promise<Page<AgentSummary>> {
  const only = coveredAgents(ctx.actor);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'agents',
      filters: { ...filters, only },
    },
    { limit, cursor },
    (after, count) =>
      selectAgents(ctx.db, ctx.workspace_id, { ...filters, only }, after, count).all(),
    (row) => row.id,
    toAgentSummary,
  );
}

/**
 * Updates an agent. A changed configuration becomes the next version and is activated in the same batch. Throws
 * `not_found`, `precondition_failed`, `agent_archived`, `slug_taken`, `validation_failed`.
 */
export async function updateAgent(ctx: Ctx, target: Target, given: UpdateAgent): Promise<Agent> {
  const input = await withTools(ctx, given);
  const model = await defaultModelFor(ctx, input.config);
  const warningsOf = input.config === undefined ? null : await modelWarnings(ctx);
  return withAgent(
    ctx,
    target,
    async (row) => {
      refuseArchived(row);
      const changes = changedFields(row, input);
      await checkRequirement(ctx, row, changes);
      const config = await mergedConfig(ctx, row, input.config, model);
      const tools = await pinsFor(ctx, input.config?.tools, row.tools);
      const isSame =
        input.config === undefined ||
        ((await hashConfig(config)) === row.config_hash &&
          canonicalJson(tools) === canonicalJson(row.tools));
      if (isSame)
        return Object.keys(changes).length === 0
          ? null
          : { changes, audit: { action: 'agent.update', detail: changes } };
      checkConfig(config);
      await refusePurged(ctx, config, 'The new version');
      await checkBases(ctx, input.config, usedBases(row));
      const version = await newVersion(
        ctx,
        row.id,
        { config, tools },
        input.change_summary ?? null,
      );
      const reason = input.reason ?? null;
      const detail = { ...changes, version: row.latest_version + 1, reason };
      return {
        changes,
        version,
        activation: { version, reason, override_reason: input.override_reason ?? null },
        audit: { action: 'agent.update', detail },
      };
    },
    warningsOf === null ? toAgent : toSavedAgent(warningsOf),
  );
}

/** Throws `forbidden` for a requirement that others than an admin change, and `validation_failed` for one that cannot be met. */
export async function checkRequirement(
  ctx: Ctx,
  { id }: AgentDetailRow,
  { require_evaluation }: AgentChanges,
): Promise<void> {
  if (require_evaluation === undefined) return;
  if (!isAdmin(ctx))
    throw new Failure('forbidden', 'Only an admin can change `require_evaluation`.');
  if (require_evaluation !== null) await checkRequired(ctx, id, require_evaluation);
}

/** Returns the ids of the bases that the active version searches. */
export const usedBases = (row: AgentDetailRow): string[] =>
  parseConfig(row.config).knowledge.base_ids;

/** Returns the active configuration with a patch merged into it. */
export function mergedConfig(
  ctx: Ctx,
  row: AgentDetailRow,
  patch: AgentConfigPatch | undefined,
  model: string,
): Promise<AgentConfig> {
  const defaults = defaultConfig({ model, base_ids: [row.base_id] });
  return pinKnowledge(ctx, mergeConfig(parseConfig(row.config), patch ?? {}, defaults), patch);
}

/** Returns the default model of the workspace where a patch sets the model to null; otherwise an empty text. */
export async function defaultModelFor(
  ctx: Ctx,
  patch: AgentConfigPatch | undefined,
): Promise<string> {
  return patch?.model === null ? (await findWorkspace(ctx)).default_model : '';
}

function changedFields(row: AgentDetailRow, input: UpdateAgent): AgentChanges {
  const given = {
    ...changedFieldsOf(input),
    ...(input.slug === undefined ? {} : { slug: input.slug }),
    ...(input.require_evaluation === undefined
      ? {}
      : { require_evaluation: input.require_evaluation }),
  };
  const changed = Object.entries(given).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(row[field as keyof typeof given]),
  );
  return Object.fromEntries(changed) as AgentChanges;
}

/** Archives an agent, which keeps all its data. Idempotent. With `permanent`, deletes an archived agent. */
export async function deleteAgent(ctx: Ctx, target: Target, permanent: boolean): Promise<void> {
  if (permanent) await removeAgent(ctx, target);
  else await setArchived(ctx, target, true);
}

/**
 * Marks an archived agent as deleted and frees its slug; a job erases its data. The row stays, without its fields,
 * since usage refers to it. Throws `conflict` for an agent that is not archived.
 */
const removeAgent = (ctx: Ctx, target: Target): Promise<null> =>
  refuseSearchedBase(ctx, (removal) =>
    withAgent(
      ctx,
      target,
      async (row): Promise<Plan> => {
        if (row.archived_at === null)
          throw new Failure(
            'conflict',
            'The agent is not archived. Archive it before you delete it permanently.',
          );
        return {
          // An id is not a valid slug, so it cannot be requested. The next call of a provider's model creates a new agent.
          changes: {
            deleted_at: ctx.now(),
            slug: row.id,
            ...unsetFields('Deleted agent'),
            provider_model: null,
          },
          audit: { action: 'agent.delete', detail: { slug: row.slug, name: row.name } },
          statements: removal(row.base_id),
          jobs: [
            { type: 'agent.delete', agent_id: row.id },
            { type: 'base.delete', base_id: row.base_id },
          ],
        };
      },
      () => null,
    ),
  );

export const restoreAgent = (ctx: Ctx, target: Target): Promise<Agent> =>
  setArchived(ctx, target, false);

const setArchived = (ctx: Ctx, target: Target, isArchived: boolean): Promise<Agent> =>
  withAgent(
    ctx,
    target,
    async (row): Promise<Plan | null> => {
      if ((row.archived_at !== null) === isArchived) return null;
      return {
        changes: { archived_at: isArchived ? ctx.now() : null },
        audit: { action: isArchived ? 'agent.archive' : 'agent.restore' },
      };
    },
    toAgent,
  );
