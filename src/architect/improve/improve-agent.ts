import {
  type Agent,
  type AgentConfig,
  AgentConfigPatch,
  createVersion,
  getAgent,
  getVersion,
  previewAgentConfig,
  type Version,
} from '../../agents/index.ts';
import { commit } from '../../platform/commit.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { canonicalJson } from '../../shared/digest.ts';
import { Failure } from '../../shared/failure.ts';
import { toWireUsd } from '../../shared/money.ts';
import { day } from '../../shared/time.ts';
import { listAvailableTools } from '../../tools/index.ts';
import { findWorkspace } from '../../workspaces/index.ts';
import { lintConfig } from '../lint/index.ts';
import { isBuiltin } from '../model/ask-model.ts';
import { changesByModel, type ProposedChanges } from './by-model.ts';
import { type Change, currentValue, toPatch } from './change.ts';
import { type Evidence, type Observed, readEvidence } from './evidence.ts';
import { changesByRules } from './rules.ts';
import type { ImproveAgent, Improvement } from './schema.ts';

const maxGaps = 20;

/**
 * Proposes a version of an agent from what went wrong with it. The version is never activated. Throws `not_found`, `agent_archived` and
 * the failure of the model.
 */
export async function improveAgent(
  ctx: Ctx,
  name: string,
  { days, model: given }: ImproveAgent,
): Promise<Improvement> {
  const agent = await getAgent(ctx, name);
  if (agent.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
  const { base_ids } = agent.config.knowledge;
  const observed = await readEvidence(ctx, agent.id, base_ids, ctx.now() - days * day);
  const { by, ...proposed } = await propose(ctx, given, agent, observed);
  const { changes, version } = await draftValid(
    ctx,
    agent,
    validChanges(agent.config, proposed.changes),
  );
  const known = new Map(observed.evidence.map((one) => [one.id, one]));
  const reply: Improvement = {
    status: version === null ? 'nothing_to_improve' : 'draft_created',
    by,
    version: version && { id: version.id, number: version.number },
    changes: changes.map(({ field, value, reason, evidence }) => ({
      field,
      before: currentValue(agent.config, field),
      after: value,
      reason,
      evidence: evidence.flatMap((id) => toEvidence(known.get(id))),
    })),
    knowledge_gaps: gapsOf(observed.evidence),
    findings: await findingsOf(ctx, version?.config ?? agent.config),
    examined: countsOf(observed.evidence),
    run_id: proposed.run_id,
    cost_usd: toWireUsd(proposed.cost_nano_usd),
  };
  const detail = {
    version: version?.number ?? null,
    by,
    changes: changes.map(({ field, reason, evidence }) => ({ field, reason, evidence })),
  };
  await commit(ctx, {
    statements: [],
    audit: [{ action: 'agent.improve', target_type: 'agent', target_id: agent.id, detail }],
    reply,
  });
  return reply;
}

type Proposal = Omit<ProposedChanges, 'run_id'> & {
  readonly run_id: string | null;
  readonly by: string;
};

/** A key that is limited to agents may not call models by their names, so its changes follow rules. */
async function propose(
  ctx: Ctx,
  given: string | undefined,
  { id, config }: { readonly id: string; readonly config: AgentConfig },
  observed: Observed,
): Promise<Proposal> {
  const model = given ?? (await findWorkspace(ctx)).default_model;
  const byRules = isBuiltin(model) || coveredAgents(ctx.actor) !== null;
  if (byRules || observed.evidence.length === 0)
    return {
      by: 'builtin',
      changes: changesByRules(config, observed),
      run_id: null,
      cost_nano_usd: 0,
    };
  return { by: model, ...(await changesByModel(ctx, model, id, config, observed.evidence)) };
}

/** Returns the changes whose values are valid and differ from the present ones. */
const validChanges = (config: AgentConfig, changes: readonly Change[]): Change[] =>
  changes.filter(
    (change) =>
      change.value !== null &&
      AgentConfigPatch.safeParse(toPatch([change])).success &&
      canonicalJson(change.value) !== canonicalJson(currentValue(config, change.field)),
  );

/** Drafts a version of the changes that its check accepts together: those that it refuses are left out. */
async function draftValid(
  ctx: Ctx,
  agent: Agent,
  changes: readonly Change[],
): Promise<{ changes: readonly Change[]; version: Version | null }> {
  if (changes.length === 0) return { changes, version: null };
  try {
    return { changes, version: await draftVersion(ctx, agent, changes) };
  } catch (error) {
    const errors = error instanceof Failure ? (error.options.errors ?? []) : [];
    const refused = (field: string) =>
      errors.some(({ pointer }) => pointer.startsWith(`/config/${field.replace('.', '/')}`));
    const left = changes.filter(({ field }) => !refused(field));
    if (left.length === changes.length) throw error;
    return draftValid(ctx, agent, left);
  }
}

/** Creates the draft version, unless the newest version is the same already. */
async function draftVersion(ctx: Ctx, agent: Agent, changes: readonly Change[]): Promise<Version> {
  const patch = toPatch(changes);
  if (agent.latest_version !== agent.active_version.number) {
    const latest = await getVersion(ctx, agent.id, String(agent.latest_version));
    const wanted = previewAgentConfig(agent.config, patch);
    if (canonicalJson(latest.config) === canonicalJson(wanted)) return latest;
  }
  const fields = changes.map(({ field }) => field).join(', ');
  return createVersion(
    { ...ctx, idempotency: null },
    { agent: agent.id, ifMatch: null },
    { config: patch, change_summary: `Improvement of ${fields}`.slice(0, 500), activate: false },
  );
}

const toEvidence = (one: Evidence | undefined) =>
  one === undefined ? [] : [{ source: one.source, id: one.id, question: one.question }];

/** Groups weak answers by their question. */
function gapsOf(evidence: readonly Evidence[]): Improvement['knowledge_gaps'] {
  const weak = evidence.filter(
    ({ source, question }) => source === 'weak_answer' && question !== '',
  );
  const groups = Map.groupBy(weak, ({ question }) => question.trim().toLowerCase());
  return [...groups.values()]
    .map((some) => ({ question: some[0]?.question ?? '', message_ids: some.map(({ id }) => id) }))
    .sort((a, b) => b.message_ids.length - a.message_ids.length)
    .slice(0, maxGaps);
}

const countsOf = (evidence: readonly Evidence[]): Improvement['examined'] => {
  const count = (source: Evidence['source']) =>
    evidence.filter((one) => one.source === source).length;
  return {
    feedback: count('feedback'),
    weak_answers: count('weak_answer'),
    failed_questions: count('evaluation'),
  };
};

async function findingsOf(ctx: Ctx, config: AgentConfig): Promise<Improvement['findings']> {
  const tools = await listAvailableTools(ctx);
  return lintConfig({ config, tools: tools.filter(({ name }) => config.tools.includes(name)) });
}
