import type { Statement } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { newAgentBase } from '../knowledge/index.ts';
import { modelWarnings } from '../llm/index.ts';
import { type AuditEntry, commit } from '../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../platform/context.ts';
import { Failure, invalid } from '../shared/failure.ts';
import { findWorkspace } from '../workspaces/index.ts';
import { activationOf, isSlugTaken, newVersion, slugTaken } from './change.ts';
import { checkBases, checkConfig } from './check.ts';
import type { AgentConfig, AgentConfigPatch } from './config.ts';
import { type AgentFields, agentFieldsOf, type OwnColumns, type VersionContent } from './fields.ts';
import { type ConfigDefaults, defaultConfig, mergeConfig } from './merge-config.ts';
import { pinKnowledge } from './pin-knowledge.ts';
import { type Agent, type CreateAgent, toSavedAgent } from './schema.ts';
import { randomSlug, slugCandidates, toSlug } from './slug.ts';
import { type AgentDetailRow, insertAgent, selectFreeSlug } from './store.ts';
import { pinsFor, withExpandedTools } from './tools.ts';
import { insertVersion } from './version-store.ts';

/** The attempts to find a free slug while others create agents with the same name. */
const attempts = 20;

/**
 * Creates an agent with its own knowledge base and version 1, in one batch. Throws `slug_taken` for a given slug,
 * `validation_failed`, `not_found` for a base of another workspace, `forbidden` for a key that is limited to agents.
 */
export async function createAgent(
  ctx: Ctx,
  input: CreateAgent,
  { keepsOwnBase = false, statementsFor, audit = {} }: CreateOptions = {},
): Promise<Agent> {
  refuseRestricted(ctx);
  await checkBases(ctx, input.config, []);
  const model = input.config.model ?? (await findWorkspace(ctx)).default_model;
  const { config: given, ...about } = input;
  const config = await withExpandedTools(ctx, given);
  const tools = await pinsFor(ctx, config.tools ?? [], []);
  return addAgent(
    ctx,
    {
      ...about,
      configure: (base_id) => {
        const patch = keepsOwnBase ? withOwnBase(config, base_id) : config;
        return pinKnowledge(ctx, configOf(patch, { model, base_ids: [base_id] }), patch);
      },
      tools,
      ...(statementsFor && { statementsFor }),
    },
    { action: 'agent.create', ...(Object.keys(audit).length === 0 ? {} : { detail: audit }) },
    toSavedAgent(await modelWarnings(ctx)),
  );
}

interface CreateOptions {
  /** The agent searches its own base besides those that the configuration names. */
  readonly keepsOwnBase?: boolean;
  /** Statements of the batch that creates the agent. */
  readonly statementsFor?: NewAgent['statementsFor'];
  readonly audit?: Readonly<Record<string, unknown>>;
}

const withOwnBase = (patch: AgentConfigPatch, base_id: string): AgentConfigPatch => ({
  ...patch,
  knowledge: {
    ...patch.knowledge,
    base_ids: [base_id, ...(patch.knowledge?.base_ids ?? [])].slice(0, 10),
  },
});

/** Returns the complete configuration of a new agent. Throws `validation_failed`. */
export function configOf(patch: AgentConfigPatch, given: ConfigDefaults): AgentConfig {
  const defaults = defaultConfig(given);
  const config = mergeConfig(defaults, patch, defaults);
  checkConfig(config);
  return config;
}

export interface NewAgent extends AgentFields, Omit<VersionContent, 'config'> {
  /** The exact slug; without one, a free slug is derived from `slugLike` or the name. */
  readonly slug?: string | undefined;
  readonly slugLike?: string | undefined;
  /** Returns the configuration, given the id of the agent's own base. */
  readonly configure: (base_id: string) => AgentConfig | Promise<AgentConfig>;
  /** The evaluation that later versions have to pass. */
  readonly require_evaluation?: OwnColumns['require_evaluation'];
  /** The model that the agent represents (provider-model.ts). */
  readonly provider_model?: string;
  /** Returns statements that follow those of the agent in the batch. */
  readonly statementsFor?: (agent: {
    readonly id: string;
    readonly base_id: string;
  }) => readonly Statement[];
}

/** Stores a new agent. Create, duplicate, import and provider models all call it. */
export async function addAgent<Reply>(
  ctx: Ctx,
  agent: NewAgent,
  audit: Pick<AuditEntry, 'action' | 'detail'>,
  toReply: (row: AgentDetailRow) => Reply,
): Promise<Reply> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const slug = agent.slug ?? (await freeSlug(ctx, agent.slugLike ?? toSlug(agent.name)));
    try {
      return await insertOne(ctx, { ...agent, slug }, audit, toReply);
    } catch (error) {
      if (isGuardViolation(error, 'agent_versions.tools'))
        throw invalid('/config/tools', 'One of the tools was deleted concurrently.');
      if (!isSlugTaken(error)) throw error;
      if (agent.slug !== undefined) throw slugTaken();
    }
  }
  throw new Failure('unavailable', 'Too many agents with this name are being created. Retry.', {
    retryAfter: 1,
  });
}

async function insertOne<Reply>(
  ctx: Ctx,
  { configure, tools, ...agent }: NewAgent & { readonly slug: string },
  audit: Pick<AuditEntry, 'action' | 'detail'>,
  toReply: (row: AgentDetailRow) => Reply,
): Promise<Reply> {
  const id = ctx.newId('agt');
  const base = newAgentBase(ctx, { id, name: agent.name });
  const version = await newVersion(ctx, id, { config: await configure(base.id), tools });
  const now = ctx.now();
  const own: OwnColumns = {
    id,
    workspace_id: ctx.workspace_id,
    slug: agent.slug,
    active_version_id: version.id,
    latest_version: 1,
    revision: 1,
    provider_model: agent.provider_model ?? null,
    require_evaluation: agent.require_evaluation ?? null,
    archived_at: null,
    deleted_at: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  const row = { ...own, ...agentFieldsOf(agent) };
  const { config, config_hash } = version;
  const reply = toReply({
    ...row,
    number: 1,
    labels: {},
    base_id: base.id,
    config,
    config_hash,
    tools,
  });
  await commit(ctx, {
    statements: [
      insertAgent(ctx.db, row),
      insertVersion(ctx.db, version),
      ...activationOf(ctx, id, version.id, null, { reason: null, override_reason: null }),
      base.statement,
      ...(agent.statementsFor?.({ id, base_id: base.id }) ?? []),
    ],
    audit: [{ ...audit, target_type: 'agent', target_id: id }],
    reply,
  });
  return reply;
}

async function freeSlug(ctx: Ctx, slug: string): Promise<string> {
  return (
    (await selectFreeSlug(ctx.db, ctx.workspace_id, slugCandidates(slug)))?.slug ?? randomSlug(slug)
  );
}

/** Throws `forbidden` for a key that is limited to agents: it could not access the one it creates. */
export function refuseRestricted(ctx: Ctx): void {
  if (coveredAgents(ctx.actor) !== null)
    throw new Failure('forbidden', 'A key that is limited to some agents cannot create agents.');
}
