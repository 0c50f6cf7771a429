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

/** What a model would not have by itself is off, and of the history it gets what its context takes. */
const plain = {
  instructions: '',
  knowledge: { scope: 'general', citations: false },
  memory: { window_tokens: 1_000_000 },
} as const;

/**
 * The agent whose version 1 is a provider's model and nothing else: no instructions, knowledge or tools. Made with
 * the first call of the model, and the same from then on (docs/decisions/0034-provider-models.md).
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
  // The key of the request is for its run, which is yet to come.
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
