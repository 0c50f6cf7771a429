import { sql } from 'drizzle-orm';
import { batch, type Db } from '../db/client.ts';
import type { RequiredEvaluation } from '../db/schema/agents.ts';
import { type Ctx, roleOf } from '../platform/context.ts';
import { canonicalJson } from '../shared/digest.ts';
import { Failure, invalid } from '../shared/failure.ts';
import { day } from '../shared/time.ts';
import type { VersionContent } from './fields.ts';
import type { AgentRow } from './store.ts';

export interface GatedActivation {
  readonly version: VersionContent & { readonly id: string; readonly number?: number };
  readonly reason: string | null;
  readonly override_reason?: string | null;
}

/** Evaluations that are looked at for one with the required scorers. */
const maxLookedAt = 50;

/**
 * Checks an activation against the evaluation that the agent requires. Returns the reason for which an admin overrides it; null if
 * it is met, or none is required. Throws `evaluation_required` with what is missing, and `forbidden` for an override by others.
 */
export async function passGate(
  ctx: Ctx,
  agent: Pick<AgentRow, 'id' | 'require_evaluation'>,
  { version, reason, override_reason = null }: GatedActivation,
  fingerprint: string,
): Promise<string | null> {
  if (override_reason !== null && !isAdmin(ctx))
    throw new Failure('forbidden', 'Only an admin can override the required evaluation.');
  const required = agent.require_evaluation;
  if (required === null) return null;
  const since = required.max_age_days === undefined ? 0 : ctx.now() - required.max_age_days * day;
  const [evaluations, [former]] = await batch(ctx.db, [
    selectEvaluations(ctx.db, ctx.workspace_id, agent.id, required, fingerprint, since),
    selectFormerActivation(ctx.db, ctx.workspace_id, agent.id, version.id),
  ]);
  const found = evaluations.map(toResult).find((one) => isSufficient(one, required));
  const missing = found === undefined ? [noneOf(required)] : shortfallsOf(found, required);
  if (missing.length === 0) return null;
  if (former !== undefined && reason !== null) return null;
  if (override_reason !== null) return override_reason;
  throw evaluationRequired(agent.id, version, required, missing, {
    evaluation_id: found?.id ?? null,
    was_active: former !== undefined,
  });
}

export const isAdmin = ({ actor }: Ctx): boolean =>
  actor.type === 'root' || roleOf(actor) === 'admin';

/** Throws `validation_failed` unless the dataset may gate the agent. */
export async function checkRequired(
  ctx: Ctx,
  agent_id: string,
  { dataset_id }: RequiredEvaluation,
): Promise<void> {
  if (!(await isDatasetFor(ctx, agent_id, dataset_id)))
    throw invalid('/require_evaluation/dataset_id', 'No such dataset for this agent.');
}

/** True for a dataset of the agent, or of all agents. */
export async function isDatasetFor(
  { db, workspace_id }: Ctx,
  agent_id: string | null,
  id: string,
): Promise<boolean> {
  const rows =
    await db.all(sql`select 1 from datasets d where d.id = ${id} and d.workspace_id = ${workspace_id}
    and d.deleted_at is null and (d.agent_id is null or d.agent_id = ${agent_id})`);
  return rows.length > 0;
}

interface EvaluationRow {
  readonly id: string;
  readonly scorers: string;
  /** The summary of the target that was evaluated. */
  readonly summary: string | null;
}

/** Selects completed evaluations of a configuration over a whole dataset, newest first. */
const selectEvaluations = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  { dataset_id }: RequiredEvaluation,
  fingerprint: string,
  since: number,
) =>
  db.all<EvaluationRow>(sql`
    select e.id, e.scorers, json_extract(e.summary, '$[' || t.key || ']') as summary
    from evaluations e cross join json_each(e.targets) t
    where e.agent_id = ${agent_id} and e.dataset_id = ${dataset_id} and e.ended_at >= ${since} and +e.workspace_id = ${workspace_id}
      and e.status = 'completed' and e.deleted_at is null and e.sample is null and e.tags is null
      and t.value ->> 'fingerprint' = ${fingerprint}
    order by e.ended_at desc limit ${maxLookedAt}`);

/** Selects an activation of a version, which was active then. */
const selectFormerActivation = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  version_id: string,
) =>
  db.all<{ id: string }>(sql`
    select id from agent_activations where workspace_id = ${workspace_id} and agent_id = ${agent_id} and version_id = ${version_id} limit 1`);

interface Estimate {
  readonly score: { readonly value: number } | null;
  readonly pass_rate: { readonly value: number } | null;
}

interface Result {
  readonly id: string;
  readonly scorers: readonly Readonly<Record<string, unknown>>[];
  readonly estimates: ReadonlyMap<string, Estimate>;
  /** Cases that were deleted or erased before they ran. */
  readonly lost: number;
}

function toResult({ id, scorers, summary }: EvaluationRow): Result {
  const {
    overall,
    outcomes,
    scorers: own = [],
  } = JSON.parse(summary ?? '{}') as {
    overall?: Estimate;
    outcomes?: { readonly cancelled?: number };
    scorers?: (Estimate & { readonly name: string })[];
  };
  return {
    id,
    scorers: JSON.parse(scorers) as Result['scorers'],
    lost: outcomes?.cancelled ?? 0,
    estimates: new Map([
      ...(overall === undefined ? [] : [['overall', overall] as const]),
      ...own.map((one) => [one.name, one] as const),
    ]),
  };
}

/** True for an evaluation of all cases with all the scorers that are required or have thresholds. */
const isSufficient = (
  { scorers, estimates, lost }: Result,
  { scorers: required = [], thresholds }: RequiredEvaluation,
): boolean =>
  lost === 0 &&
  Object.keys(thresholds).every((name) => estimates.has(name)) &&
  required.every((one) => scorers.some((given) => isLike(given, one)));

/** True if a scorer has all the settings; those that are not named may be any. */
const isLike = (
  given: Readonly<Record<string, unknown>>,
  required: Readonly<Record<string, unknown>>,
): boolean =>
  Object.entries(required).every(
    ([key, value]) => canonicalJson(given[key] ?? null) === canonicalJson(value ?? null),
  );

function shortfallsOf({ id, estimates }: Result, { thresholds }: RequiredEvaluation): string[] {
  return Object.entries(thresholds).flatMap(([name, { min_score, min_pass_rate }]) => {
    const { score = null, pass_rate = null } = estimates.get(name) ?? {};
    return [
      ...shortfall(`mean score of \`${name}\``, score?.value ?? null, min_score, id),
      ...shortfall(`pass rate of \`${name}\``, pass_rate?.value ?? null, min_pass_rate, id),
    ];
  });
}

function shortfall(
  what: string,
  value: number | null,
  least: number | undefined,
  id: string,
): string[] {
  // Sums of fractions are not exact.
  if (least === undefined || (value !== null && value >= least - 1e-9)) return [];
  const is = value === null ? 'was not measured' : `is ${Number(value.toFixed(4))}`;
  return [`The ${what} ${is}; at least ${least} is required (evaluation ${id}).`];
}

function noneOf({ dataset_id, max_age_days, thresholds, scorers = [] }: RequiredEvaluation) {
  const names = [
    ...new Set([
      ...scorers.map(({ name, type }) => String(name ?? type)),
      ...Object.keys(thresholds),
    ]),
  ];
  const age = max_age_days === undefined ? '' : ` in the last ${max_age_days} days`;
  return `No evaluation of this configuration over all cases of dataset ${dataset_id} was completed${age} with: ${names.join(', ')}.`;
}

function evaluationRequired(
  agent_id: string,
  { number }: GatedActivation['version'],
  { dataset_id, scorers }: RequiredEvaluation,
  missing: readonly string[],
  { evaluation_id, was_active }: { evaluation_id: string | null; was_active: boolean },
): Failure {
  const path = `/api/v1/datasets/${dataset_id}/evaluations`;
  const how =
    number === undefined
      ? `Store the version without activating it, evaluate it with \`POST ${path}\`, and activate it then.`
      : `Evaluate it with \`POST ${path}\`.`;
  const again = was_active
    ? ' The version was active before: give a `reason` to activate it again.'
    : '';
  const body = {
    agent: agent_id,
    ...(number === undefined ? {} : { versions: [String(number)] }),
    ...(scorers === undefined ? {} : { scorers }),
  };
  return new Failure('evaluation_required', `${missing.join(' ')} ${how}${again}`, {
    extra: { missing, dataset_id, evaluation_id, start: { method: 'POST', path, body } },
  });
}
