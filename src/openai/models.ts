import { findAgent, selectVersionFor } from '../agents/index.ts';
import { allows } from '../http/access.ts';
import { listEmbeddingModels } from '../llm/index.ts';
import { type Ctx, coveredAgents } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { unknownModel } from './errors.ts';
import { readAgentModel } from './model-name.ts';
import type { Model, ModelList } from './schema.ts';
import { selectModelAgents } from './store.ts';

/** Agents that the key covers; then the embedding models, for roles that may know which providers there are. */
export async function listModels(ctx: Ctx): Promise<ModelList> {
  const agents = await selectModelAgents(ctx.db, ctx.workspace_id, coveredAgents(ctx.actor)).all();
  return {
    object: 'list',
    data: [
      ...agents.map(({ slug, created_at }) => toModel(slug, created_at, 'workspace')),
      ...(await embeddingModels(ctx)).map((name) => toModel(name, 0, name.split('/')[0] ?? '')),
    ],
  };
}

/** Throws `model_not_found`. */
export async function getModel(ctx: Ctx, model: string): Promise<Model> {
  if (model.includes('/')) {
    if (!(await embeddingModels(ctx)).includes(model)) throw unknownModel();
    return toModel(model, 0, model.split('/')[0] ?? '');
  }
  const { agent, version } = readAgentModel(model);
  const row = await findAgent(ctx, agent).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found' ? unknownModel() : error;
  });
  if (row.archived_at !== null) throw unknownModel();
  const found = version === null ? row : await selectVersionFor(ctx.db, ctx.workspace_id, row.id, version).get();
  if (found === undefined) throw unknownModel();
  return toModel(model, found.created_at, 'workspace');
}

const embeddingModels = async (ctx: Ctx): Promise<string[]> =>
  ctx.actor.type === 'api_key' && allows(ctx.actor.role, 'models:read') ? listEmbeddingModels(ctx) : [];

const toModel = (id: string, created_at: number, owned_by: string): Model => ({
  id,
  object: 'model',
  created: Math.floor(created_at / 1000),
  owned_by,
});
