import {
  type AgentConfig,
  type AgentConfigPatch,
  type AgentRow,
  findAgent,
  parseConfig,
  previewConfig,
  selectVersionFor,
} from '../../agents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, versionNotFound } from '../../shared/failure.ts';
import type { KnownJudge } from '../judges/judge-answer.ts';
import { assertJudgeModel } from '../judges/model.ts';
import type { JudgeConfig } from '../judges/schema.ts';
import { findJudge } from '../judges/service.ts';
import type { ReplayRow } from './store.ts';

interface Request {
  readonly version?: string | undefined;
  readonly config?: AgentConfigPatch | undefined;
  readonly judge_id?: string | undefined;
  readonly judge?: JudgeConfig | undefined;
}

/**
 * Returns the columns for who answers and who judges. Throws `not_found` for the agent, `agent_archived`, and `validation_failed` for
 * the version, the draft and the judge.
 */
export async function resolveTarget(
  ctx: Ctx,
  agentName: string,
  request: Request,
): Promise<
  { readonly agent: AgentRow } & Pick<
    ReplayRow,
    'version_id' | 'version_number' | 'draft' | 'knowledge' | 'judge'
  >
> {
  const agent = await findAgent(ctx, agentName);
  if (agent.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
  const wanted = request.version ?? null;
  const version = await selectVersionFor(ctx.db, ctx.workspace_id, agent.id, wanted).get();
  if (version === undefined) throw invalid('/version', versionNotFound(wanted ?? ''));
  const draft =
    request.config === undefined ? null : await previewConfig(ctx, version, request.config);
  const config = draft?.config ?? parseConfig(version.config);
  return {
    agent,
    version_id: version.id,
    version_number: version.number,
    draft,
    knowledge: knowledgeOf(config),
    judge: (await judgeOf(ctx, request)) as ReplayRow['judge'],
  };
}

const knowledgeOf = ({ knowledge: { base_ids, revisions } }: AgentConfig) => {
  if (base_ids.length === 0) return 'none';
  return base_ids.every((id) => revisions?.[id] !== undefined) ? 'pinned' : 'current';
};

async function judgeOf(ctx: Ctx, { judge_id, judge }: Request): Promise<KnownJudge | null> {
  if (judge !== undefined) {
    await assertJudgeModel(ctx, judge.model, '/judge/model');
    return { judge_id: null, revision: null, config: judge };
  }
  if (judge_id === undefined) return null;
  const known = await findJudge(ctx, judge_id);
  if (known === null) throw invalid('/judge_id', 'No such judge.');
  return known;
}
