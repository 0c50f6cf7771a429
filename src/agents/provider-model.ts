import { and, eq } from 'drizzle-orm';
import { isIndexViolation, isUniqueViolation } from '../db/errors.ts';
import { agents } from '../db/schema/agents.ts';
import type { Ctx } from '../platform/context.ts';
import { addAgent, configOf } from './create.ts';
import { unsetFields } from './fields.ts';
import type { AgentRow } from './store.ts';

const select = (ctx: Ctx, model: string) =>
  ctx.db
    .select()
    .from(agents)
    .where(and(eq(agents.workspace_id, ctx.workspace_id), eq(agents.provider_model, model)));

/** Disables everything except the model itself; only the model's context limits the history. */
const plain = {
  instructions: '',
  knowledge: { scope: 'general', citations: false },
  memory: { window_tokens: 1_000_000 },
} as const;

/**
 * Returns the agent that represents a provider's model, without instructions, knowledge and tools. It is created by
 * the first call of the model (docs/decisions/0034-provider-models.md).
 */
export async function agentOfProviderModel(
  ctx: Ctx,
  model: string,
): Promise<Pick<AgentRow, 'id' | 'archived_at'>> {
  const known = await select(ctx, model).get();
  if (known !== undefined) return known;
  const agent = {
    ...unsetFields(model.slice(0, 100)),
    description: `Calls of ${model} by its own name.`,
    tools: [],
    provider_model: model,
    configure: () => configOf(plain, { model, base_ids: [] }),
  };
  // The idempotency key of the request belongs to its run.
  const unkeyed = { ...ctx, idempotency: null };
  try {
    return await addAgent(
      unkeyed,
      agent,
      { action: 'agent.create', detail: { provider_model: model } },
      (row) => row,
    );
  } catch (error) {
    const isMade =
      isUniqueViolation(error, 'agents.workspace_id', 'agents.provider_model') ||
      isIndexViolation(error, 'agents_provider_model');
    const other = isMade ? await select(ctx, model).get() : undefined;
    if (other === undefined) throw error;
    return other;
  }
}
