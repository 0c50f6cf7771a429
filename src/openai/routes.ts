import { z } from '@hono/zod-openapi';
import { Router } from '../http/router.ts';
import { createEmbeddings } from './embeddings.ts';
import { openAiErrors } from './errors.ts';
import { getModel, listModels } from './models.ts';
import { CreateEmbeddings, Embeddings, Model, ModelList, ModelName } from './schema.ts';

const tag = 'OpenAI-compatible';

export const openAiRoutes = new Router(openAiErrors)
  .endpoint(
    {
      method: 'get',
      path: '/models',
      access: 'sessions:read',
      tag,
      summary: 'List OpenAI models',
      description: 'The agents of the key, newest first, and the embedding models, for roles that may see those. All on one page.',
      reply: { status: 200, schema: ModelList, description: 'The models' },
    },
    (ctx) => listModels(ctx),
  )
  .endpoint(
    {
      method: 'get',
      path: '/models/{model}',
      access: 'sessions:read',
      tag,
      summary: 'Get an OpenAI model',
      params: z.object({ model: ModelName }),
      reply: { status: 200, schema: Model, description: 'The model' },
    },
    (ctx, { params }) => getModel(ctx, params.model),
  )
  .endpoint(
    {
      method: 'post',
      path: '/embeddings',
      access: 'sessions:write',
      tag,
      summary: 'Create embeddings',
      description:
        'Texts as vectors, by an embedding model that this workspace can call. Metered, and subject to budgets, like every call.',
      body: CreateEmbeddings,
      reply: { status: 200, schema: Embeddings, description: 'One vector for each text, in their order' },
      failures: [
        'not_found',
        'budget_exceeded',
        'provider_auth',
        'provider_not_configured',
        'rate_limited',
        'provider_error',
        'provider_timeout',
      ],
    },
    (ctx, { body }) => createEmbeddings(ctx, body),
  );
