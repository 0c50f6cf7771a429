import { selectAgent } from '../../agents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { unknownModel, unsupported } from './errors.ts';
import { readAgentModel } from './model-name.ts';
import { toAgentName } from './provider-model.ts';

/** What a further request names: a version or label, the agent's active one, or nothing, for what the session follows. */
export async function versionOf(
  ctx: Ctx,
  agent_id: string,
  model: string | null,
  before: string,
): Promise<string | null> {
  const { agent, version } = readAgentModel(await toAgentName(ctx, model ?? before));
  const isSame = agent === agent_id || agent === before.split('@')[0];
  if (isSame && (model === null || model === before || version !== null)) return version;
  const named = await selectAgent(ctx.db, ctx.workspace_id, agent).get();
  if (named?.id !== agent_id)
    throw model === null
      ? unknownModel()
      : unsupported('/model', 'Another agent than that of the previous response is not supported.');
  return version ?? named.active_version_id;
}
