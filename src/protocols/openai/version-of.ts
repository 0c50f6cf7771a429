import { selectVersionFor } from '../../agents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { unknownModel, unsupported } from './errors.ts';
import { readAgentModel } from './model-name.ts';
import { toAgentName } from './provider-model.ts';

/**
 * Returns the version that a further request of a conversation names: a version id, number or label; null for
 * the version that the session follows. Throws `model_not_found`, or `unsupported` for another agent.
 */
export async function versionOf(
  ctx: Ctx,
  agent_id: string,
  model: string | null,
  before: string,
): Promise<string | null> {
  const { agent, version } = readAgentModel(await toAgentName(ctx, model ?? before));
  const isSame = agent === agent_id || agent === before.split('@')[0];
  if (isSame && (model === null || model === before || version !== null)) return version;
  const active = await selectVersionFor(ctx.db, ctx.workspace_id, agent, null).get();
  if (active?.agent_id !== agent_id)
    throw model === null
      ? unknownModel()
      : unsupported(
          '/model',
          'An agent other than the agent of the previous response is not supported.',
        );
  return version ?? active.id;
}
