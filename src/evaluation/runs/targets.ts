import {
  type AgentConfig,
  findAgent,
  fingerprintOf,
  parseConfig,
  previewConfig,
  selectVersionFor,
} from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import type { EvaluationTarget } from '../../db/schema/evaluations.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, versionNotFound } from '../../shared/failure.ts';
import type { ToolPin } from '../../tools/index.ts';
import { type CreateEvaluation, maxTargets } from './schema.ts';

/** What a target runs. */
export interface TargetContent {
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
}

/** Pins the versions and the draft of an evaluation. Throws `not_found`, `agent_archived` and `validation_failed`. */
export async function pinTargets(
  ctx: Ctx,
  { agent: name, versions, config }: CreateEvaluation,
): Promise<{ readonly agent_id: string; readonly targets: readonly EvaluationTarget[] }> {
  const agent = await findAgent(ctx, name);
  if (agent.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
  const named = versions ?? (config === undefined ? [null] : []);
  const select = (version: string | null) =>
    selectVersionFor(ctx.db, ctx.workspace_id, agent.id, version);
  const found = await batch(ctx.db, [select(null), ...named.map(select)]);
  const [[active], ...rows] = found;
  const targets: EvaluationTarget[] = [];
  const seen = new Map<string, number>();
  for (const [index, [row]] of rows.entries()) {
    if (row === undefined) throw invalid(`/versions/${index}`, versionNotFound(named[index] ?? ''));
    const first = seen.get(row.id);
    if (first !== undefined)
      throw invalid(`/versions/${index}`, `The same version as at \`/versions/${first}\`.`);
    seen.set(row.id, index);
    const fingerprint = await fingerprintOf(row);
    targets.push({ version_id: row.id, number: row.number, draft: null, fingerprint });
  }
  if (config !== undefined) {
    if (active === undefined) throw new Error(`agent ${agent.id} has no active version`);
    if (targets.length === maxTargets)
      throw invalid('/config', `At most ${maxTargets} targets: leave out a version.`);
    const draft = await previewConfig(ctx, active, config);
    const content = { config: draft.config as unknown as Record<string, unknown> };
    const tools = [...draft.tools];
    targets.push({
      version_id: active.id,
      number: active.number,
      draft: { ...content, tools },
      fingerprint: await fingerprintOf({ ...content, tools }),
    });
  }
  return { agent_id: agent.id, targets };
}

/** Returns what a target runs; null if its version was deleted. */
export async function readTarget(
  ctx: Ctx,
  agent_id: string,
  { version_id, draft }: EvaluationTarget,
): Promise<TargetContent | null> {
  if (draft !== null)
    return { config: parseConfig(draft.config), tools: draft.tools as readonly ToolPin[] };
  const row = await selectVersionFor(ctx.db, ctx.workspace_id, agent_id, version_id).get();
  return row === undefined ? null : { config: parseConfig(row.config), tools: row.tools };
}
