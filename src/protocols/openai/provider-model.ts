import { agentOfProviderModel } from '../../agents/index.ts';
import { mayUse } from '../../identity/index.ts';
import { modelNameError } from '../../models/index.ts';
import { type Ctx, coveredAgents, coversAgent } from '../../platform/context.ts';
import { unknownModel } from './errors.ts';

/** Whether the caller may use a provider's model without an agent: who may change agents could make one for it. */
export const mayCallProviderModels = ({ actor }: Ctx): boolean =>
  coveredAgents(actor) === null && mayUse(actor, 'agents:write');

/** A model's own name has a slash, an agent's never. */
const isProviderModel = (model: string): boolean => model.includes('/');

/**
 * The name of a model as that of the agent which answers for it. An agent's name stays as it is; a provider's model
 * becomes version 1 of the agent that stands for it. Throws `model_not_found`.
 */
export async function toAgentName(ctx: Ctx, model: string): Promise<string> {
  if (!isProviderModel(model)) return model;
  if (!mayCallProviderModels(ctx) || modelNameError(model) !== null) throw unknownModel();
  const agent = await agentOfProviderModel(ctx, model);
  if (agent.archived_at !== null || !coversAgent(ctx.actor, agent.id)) throw unknownModel();
  return `${agent.id}@1`;
}
