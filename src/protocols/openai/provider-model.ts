import { agentOfProviderModel } from '../../agents/index.ts';
import { mayUse } from '../../identity/index.ts';
import { modelNameError } from '../../models/index.ts';
import { type Ctx, coveredAgents, coversAgent } from '../../platform/context.ts';
import { unknownModel } from './errors.ts';

/**
 * Returns true when the caller may use a provider's model directly, which requires the right to
 * change all agents.
 */
export const mayCallProviderModels = ({ actor }: Ctx): boolean =>
  coveredAgents(actor) === null && mayUse(actor, 'agents:write');

/** Returns true for the name of a provider's model, which contains a slash. Names of agents never do. */
const isProviderModel = (model: string): boolean => model.includes('/');

/**
 * Returns the name of the agent for a model name. The name of an agent is unchanged; a provider's model becomes version 1
 * of the agent that represents it. Throws `model_not_found`.
 */
export async function toAgentName(ctx: Ctx, model: string): Promise<string> {
  if (!isProviderModel(model)) return model;
  if (!mayCallProviderModels(ctx) || modelNameError(model) !== null) throw unknownModel();
  const agent = await agentOfProviderModel(ctx, model);
  if (agent.archived_at !== null || !coversAgent(ctx.actor, agent.id)) throw unknownModel();
  return `${agent.id}@1`;
}
