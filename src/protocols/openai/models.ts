import { findAgent, selectVersionFor } from '../../agents/index.ts';
import { hasRoleFor } from '../../identity/index.ts';
import { listCallableModels } from '../../llm/index.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { unknownModel, unknownModelVersion } from './errors.ts';
import { readAgentModel } from './model-name.ts';
import { mayCallProviderModels } from './provider-model.ts';
import type { Model, ModelList } from './schema.ts';
import { selectModelAgents } from './store.ts';

/** Lists the agents of the key, then the models of providers that its role may read. */
export async function listModels(ctx: Ctx): Promise<ModelList> {
  const agents = await selectModelAgents(ctx.db, ctx.workspace_id, coveredAgents(ctx.actor)).all();
  return {
    object: 'list',
    data: [
      ...agents.map(({ slug, created_at }) => toModel(slug, created_at, 'workspace')),
      ...(await providerModels(ctx)).map((name) => toModel(name, 0, name.split('/')[0] ?? '')),
    ],
  };
}

/** Returns one model. Throws `model_not_found`. */
export async function getModel(ctx: Ctx, model: string): Promise<Model> {
  if (model.includes('/')) {
    if (!(await providerModels(ctx)).includes(model)) throw unknownModel();
    return toModel(model, 0, model.split('/')[0] ?? '');
  }
  const { agent, version } = readAgentModel(model);
  const row = await findAgent(ctx, agent).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found' ? unknownModel() : error;
  });
  if (row.archived_at !== null) throw unknownModel();
  const found =
    version === null
      ? row
      : await selectVersionFor(ctx.db, ctx.workspace_id, row.id, version).get();
  if (found === undefined) throw unknownModelVersion(version ?? '');
  return toModel(model, found.created_at, 'workspace');
}

/** Returns the names of the providers' models that the caller may use directly. */
async function providerModels(ctx: Ctx): Promise<readonly string[]> {
  if (!hasRoleFor(ctx, 'models:read')) return [];
  const { embedding, language } = await listCallableModels(ctx);
  return mayCallProviderModels(ctx) ? [...embedding, ...language] : embedding;
}

const toModel = (id: string, created_at: number, owned_by: string): Model => ({
  id,
  object: 'model',
  created: Math.floor(created_at / 1000),
  owned_by,
});
