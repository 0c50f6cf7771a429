import { batch } from '../db/client.ts';
import { batchWithModels, modelWarnings } from '../llm/index.ts';
import { type Ctx, coversAgent } from '../platform/context.ts';
import { notFound, unknownVersion } from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { type PinState, readPinStates } from '../tools/index.ts';
import {
  type NewVersion,
  newVersion,
  type Plan,
  refuseArchived,
  type Target,
  withAgent,
} from './change.ts';
import { checkBases, checkConfig } from './check.ts';
import { compareLines, patchBetween, summarise } from './compare.ts';
import { labelled } from './labels.ts';
import { parseConfig } from './merge-config.ts';
import { refusePurged } from './pin-knowledge.ts';
import { type Agent, toAgent } from './schema.ts';
import { defaultModelFor, mergedConfig, usedBases } from './service.ts';
import { type AgentDetailRow, selectAgent, selectAgentDetail } from './store.ts';
import { checkUsable, pinsFor, withTools } from './tools.ts';
import { selectVersionFor } from './version-choice.ts';
import {
  type ActivateVersion,
  type Activation,
  type CreateVersion,
  toActivation,
  toVersion,
  toVersionReference,
  toVersionSummary,
  type Version,
  type VersionDiff,
  type VersionSummary,
} from './version-schema.ts';
import {
  type ShownVersionRow,
  selectActivations,
  selectShownVersion,
  selectVersions,
} from './version-store.ts';

/** Returns a version by number, id or label, in one round trip. Throws `not_found`. */
export async function getVersion(ctx: Ctx, agent: string, version: string): Promise<Version> {
  const { row, versions } = await readVersions(ctx, agent, [version]);
  return toVersion(versions[0], row, versions[0].states, await modelWarnings(ctx));
}

/** Returns the differences between two versions, in one round trip. Throws `not_found`. */
export async function compareVersions(
  ctx: Ctx,
  agent: string,
  a: string,
  b: string,
): Promise<VersionDiff> {
  const { versions } = await readVersions(ctx, agent, [a, b]);
  const [from, to] = versions;
  const before = parseConfig(from.config);
  const after = parseConfig(to.config);
  return {
    from: toVersionReference(from),
    to: toVersionReference(to),
    patch: patchBetween(before, after),
    instructions: compareLines(before.instructions, after.instructions),
    summary: summarise(before, after),
  };
}

type Rows<Names extends readonly string[]> = { -readonly [Index in keyof Names]: ShownVersionRow };

/** Reads an agent with some of its versions, in one round trip. Throws `not_found` when one of them does not exist. */
async function readVersions<const Names extends readonly string[]>(
  ctx: Ctx,
  agent: string,
  names: Names,
) {
  const [[row], ...found] = await batchWithModels(ctx, [
    selectAgentDetail(ctx.db, ctx.workspace_id, agent),
    ...names.map((name) => selectShownVersion(ctx.db, ctx.workspace_id, agent, name)),
  ]);
  const agentRow = covered(ctx, row);
  const versions = found.map(([version]) => version);
  const unknown = names.find((_, index) => versions[index] === undefined);
  if (unknown !== undefined) throw unknownVersion(unknown);
  return { row: agentRow, versions: versions as Rows<Names> };
}

/** Lists versions, newest first, in one round trip. Throws `not_found`. */
export const listVersions = (
  ctx: Ctx,
  agent: string,
  query: PageQuery,
): Promise<Page<VersionSummary>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'versions',
      filters: { agent },
    },
    query,
    async (after, limit) => {
      const [[row], versions] = await batch(ctx.db, [
        selectAgentDetail(ctx.db, ctx.workspace_id, agent),
        selectVersions(
          ctx.db,
          ctx.workspace_id,
          agent,
          after === null ? null : Number(after),
          limit,
        ),
      ]);
      const of = covered(ctx, row);
      return versions.map((version) => toVersionSummary(version, of));
    },
    ({ number }) => String(number),
    (version) => version,
  );

/** Lists activations, newest first, in one round trip. Throws `not_found`. */
export const listActivations = (
  ctx: Ctx,
  agent: string,
  query: PageQuery,
): Promise<Page<Activation>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'activations',
      filters: { agent },
    },
    query,
    async (after, limit) => {
      const [[row], activations] = await batch(ctx.db, [
        selectAgent(ctx.db, ctx.workspace_id, agent),
        selectActivations(ctx.db, ctx.workspace_id, agent, after, limit),
      ]);
      covered(ctx, row);
      return activations;
    },
    ({ id }) => id,
    toActivation,
  );

/**
 * Creates a version with the active configuration or a change of it, and activates it on request. Throws `not_found`,
 * `agent_archived`, `validation_failed`.
 */
export async function createVersion(
  ctx: Ctx,
  target: Target,
  given: CreateVersion,
): Promise<Version> {
  const input = await withTools(ctx, given);
  const model = await defaultModelFor(ctx, input.config);
  const warningsOf = await modelWarnings(ctx);
  let states: readonly PinState[] = [];
  return withAgent(
    ctx,
    target,
    async (row) => {
      refuseArchived(row);
      const config = await mergedConfig(ctx, row, input.config, model);
      checkConfig(config);
      if (input.activate || input.label !== undefined)
        await refusePurged(ctx, config, 'The new version');
      const tools = await pinsFor(ctx, input.config?.tools, row.tools);
      states = await readPinStates(ctx, tools);
      await checkBases(ctx, input.config, usedBases(row));
      const version = await newVersion(
        ctx,
        row.id,
        { config, tools },
        input.change_summary ?? null,
      );
      const number = row.latest_version + 1;
      return {
        version,
        ...(input.activate ? { activation: { version, ...whyOf(input) } } : {}),
        ...(input.label === undefined
          ? {}
          : labelled(ctx, row, input.label, { id: version.id, number })),
        audit: {
          action: 'agent.create_version',
          detail: {
            version: number,
            activate: input.activate,
            label: input.label ?? null,
            reason: input.reason ?? null,
          },
        },
      };
    },
    (row, plan) =>
      toVersion({ ...storedVersion(plan), number: row.latest_version }, row, states, warningsOf),
  );
}

interface Why {
  readonly reason?: string | null | undefined;
  readonly override_reason?: string | null | undefined;
}

const whyOf = ({ reason = null, override_reason = null }: Why) => ({ reason, override_reason });

function storedVersion(plan: Plan | null): NewVersion {
  if (plan?.version === undefined) throw new Error('Making a version always makes a version.');
  return plan.version;
}

/**
 * Activates a version and records the activation in the same batch. Activating the active version does nothing.
 * Throws `not_found`, `agent_archived`, `precondition_failed`, `tool_not_configured`, and `conflict` for a version that
 * is pinned to a purged revision.
 */
export const activateVersion = (
  ctx: Ctx,
  target: Target,
  name: string,
  input: ActivateVersion,
): Promise<Agent> =>
  withAgent(ctx, target, (row) => planActivation(ctx, row, name, input), toAgent);

/** Returns the change that activates a version; null for the active one. Throws what `activateVersion` throws. */
export async function planActivation(
  ctx: Ctx,
  row: AgentDetailRow,
  name: string,
  why: Why,
): Promise<Plan | null> {
  refuseArchived(row);
  const version = await selectVersionFor(ctx.db, ctx.workspace_id, row.id, name).get();
  if (version === undefined) throw unknownVersion(name);
  await refusePurged(ctx, parseConfig(version.config), `Version ${version.number}`);
  if (version.id === row.active_version_id) return null;
  await checkUsable(ctx, version.tools);
  const reason = why.reason ?? null;
  const detail = { version: version.number, previous_version: row.number, reason };
  return {
    activation: { version, ...whyOf(why) },
    audit: { action: 'agent.activate', detail },
  };
}

function covered<Row extends { readonly id: string }>(ctx: Ctx, row: Row | undefined): Row {
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
  return row;
}
