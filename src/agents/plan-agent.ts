import { modelWarnings } from '../llm/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { ToolPin } from '../tools/index.ts';
import {
  newVersion,
  type Plan,
  readAgent,
  refuseArchived,
  slugTaken,
  withAgent,
} from './change.ts';
import { compareLines, patchBetween, summarise } from './compare.ts';
import { forecastCost } from './cost-forecast.ts';
import { refuseRestricted } from './create.ts';
import { labelled } from './labels.ts';
import type { Manifest } from './manifest-schema.ts';
import { parseConfig } from './merge-config.ts';
import type { AgentPlan, AppliedPlan, ApplyPlan, NewAgentPlan, PlanAgent } from './plan-schema.ts';
import { toAgent } from './schema.ts';
import { checkRequirement } from './service.ts';
import { type AgentDetailRow, selectAgent, selectBaseNames } from './store.ts';
import { toVersionReference } from './version-schema.ts';
import { type Wanted, wantedOf, wantedOfNew } from './wanted.ts';

/**
 * Returns what a manifest or a change would do to an agent. Stores nothing. Throws `not_found`, `agent_archived`,
 * `validation_failed`, `tool_not_configured`, `conflict`.
 */
export async function planAgent(ctx: Ctx, agent: string, input: PlanAgent): Promise<AgentPlan> {
  const row = await readAgent(ctx, agent);
  refuseArchived(row);
  const wanted = await wantedOf(ctx, row, input);
  const { config: to, plan_hash, is_new_version } = wanted;
  const from = parseConfig(row.config);
  const warningsOf = await modelWarnings(ctx);
  const reply: AgentPlan = {
    agent_id: row.id,
    slug: row.slug,
    revision: row.revision,
    from: toVersionReference({ id: row.active_version_id, number: row.number }),
    has_changes: is_new_version || Object.keys(wanted.fields).length > 0,
    creates_version: is_new_version,
    fields: Object.entries(wanted.fields).map(([field, value]) => ({
      field,
      from: row[field as keyof Wanted['fields']],
      to: value,
    })),
    patch: patchBetween(from, to),
    instructions: compareLines(from.instructions, to.instructions),
    summary: summarise(from, to),
    tools: compareTools(row.tools, wanted.tools),
    knowledge_bases: await compareBases(ctx, from.knowledge.base_ids, to.knowledge.base_ids),
    config: to,
    labels: toAgent(row).labels,
    warnings: [...warningsOf(to), ...wanted.warnings.map(notPortable)],
    cost: await forecastCost(ctx, row.id, from, to),
    plan_hash,
  };
  return kept(ctx, reply);
}

/** Stores nothing but the reply, for a repeated request. */
async function kept<Reply>(ctx: Ctx, reply: Reply): Promise<Reply> {
  if (ctx.idempotency !== null) await commit(ctx, { statements: [], reply });
  return reply;
}

const notPortable = (detail: string) => ({
  code: 'not_portable',
  detail,
  pointer: '/manifest/knowledge_bases',
});

/**
 * Returns what an import of a manifest would create, checked as if it were created. Stores nothing. Throws `forbidden`,
 * `slug_taken`, `validation_failed`, `tool_not_configured`.
 */
export async function planNewAgent(ctx: Ctx, manifest: Manifest): Promise<NewAgentPlan> {
  refuseRestricted(ctx);
  const { slug } = manifest.agent;
  const [wanted, warningsOf, existing] = await Promise.all([
    wantedOfNew(ctx, manifest),
    modelWarnings(ctx),
    selectAgent(ctx.db, ctx.workspace_id, slug).get(),
  ]);
  if (existing !== undefined) throw slugTaken();
  return kept(ctx, {
    slug,
    config: wanted.config,
    tools: wanted.tools.map(({ name }) => name),
    warnings: [...warningsOf(wanted.config), ...wanted.warnings.map(notPortable)],
  });
}

function compareTools(from: readonly ToolPin[], to: readonly ToolPin[]): AgentPlan['tools'] {
  const before = new Map(from.map((pin) => [pin.name, JSON.stringify(pin)]));
  const after = new Map(to.map((pin) => [pin.name, JSON.stringify(pin)]));
  const names = [...after.keys()];
  return {
    added: names.filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    updated: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
  };
}

async function compareBases(
  ctx: Ctx,
  from: readonly string[],
  to: readonly string[],
): Promise<AgentPlan['knowledge_bases']> {
  const added = to.filter((id) => !from.includes(id));
  const removed = from.filter((id) => !to.includes(id));
  if (added.length + removed.length === 0) return { added: [], removed: [] };
  const rows = await selectBaseNames(ctx.db, ctx.workspace_id, [...added, ...removed]).all();
  const named = (id: string) => ({ id, name: rows.find((row) => row.id === id)?.name ?? null });
  return { added: added.map(named), removed: removed.map(named) };
}

/**
 * Makes an agent what its plan says, in one batch. An agent that is so already is left alone. Throws `conflict` when the
 * agent, a tool or the change is not what was planned, and the failures of `planAgent`.
 */
export function applyPlan(ctx: Ctx, agent: string, input: ApplyPlan): Promise<AppliedPlan> {
  return withAgent(
    ctx,
    { agent, ifMatch: null },
    async (row) => {
      refuseArchived(row);
      return decide(ctx, row, await wantedOf(ctx, row, input), input);
    },
    (row, plan) => ({
      agent: toAgent(row),
      version:
        plan?.version === undefined
          ? null
          : toVersionReference({ id: plan.version.id, number: row.latest_version }),
      is_activated: plan?.activation !== undefined,
      has_changed: plan !== null,
    }),
  );
}

async function decide(
  ctx: Ctx,
  row: AgentDetailRow,
  { fields, config, tools, is_new_version, plan_hash }: Wanted,
  input: ApplyPlan,
): Promise<Plan | null> {
  const version = is_new_version
    ? await newVersion(ctx, row.id, { config, tools }, input.change_summary ?? null)
    : undefined;
  const target =
    version === undefined
      ? { id: row.active_version_id, number: row.number }
      : { id: version.id, number: row.latest_version + 1 };
  const { label } = input;
  const movesLabel = label !== undefined && row.labels[label]?.id !== target.id;
  const hasFields = Object.keys(fields).length > 0;
  if (version === undefined && !hasFields && !movesLabel) return null;
  if (plan_hash !== input.plan_hash)
    throw new Failure(
      'conflict',
      'The plan is out of date: the agent, one of its tools or the change differs from what was planned. Plan again.',
    );
  await checkRequirement(ctx, row, fields);
  const { reason = null, override_reason = null } = input;
  return {
    ...(hasFields ? { changes: fields } : {}),
    ...(version === undefined ? {} : { version }),
    ...(version !== undefined && input.activate
      ? { activation: { version, reason, override_reason } }
      : {}),
    ...(movesLabel ? labelled(ctx, row, label, target) : {}),
    audit: {
      action: 'agent.apply_plan',
      detail: {
        ...fields,
        plan_hash,
        version: version === undefined ? null : target.number,
        activate: input.activate,
        label: label ?? null,
        reason,
      },
    },
  };
}
