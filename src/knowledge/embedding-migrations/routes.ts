import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { compareMigration } from './compare.ts';
import {
  CompareEmbeddings,
  CreateEmbeddingMigration,
  EmbeddingComparison,
  EmbeddingMigration,
  MigrationQuery,
} from './schema.ts';
import { createMigration, getMigration, listMigrations } from './service.ts';
import {
  cancelMigration,
  completeMigration,
  resumeMigration,
  switchBackMigration,
  switchMigration,
} from './transitions.ts';

const kb = z.object({ kb: Id('kb') });
const params = z.object({ migration: Id('emb') });
const tag = 'Knowledge';
const one = '/embedding-migrations/{migration}';
const reply = { status: 200, schema: EmbeddingMigration, description: 'The migration' } as const;

export const embeddingMigrationRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/embedding-migrations',
      access: 'knowledge:write',
      tag,
      summary: 'Migrate a knowledge base to another embedding model',
      operationId: 'createEmbeddingMigration',
      description:
        'Embeds the chunks of the base with another model, length of vectors or prefixes in the background, while searches use the present ones. New and changed chunks get vectors of both. When it is `ready`, compare the models, and switch. A base has one migration at a time.',
      params: kb,
      body: CreateEmbeddingMigration,
      reply: { status: 202, schema: EmbeddingMigration, description: 'The migration' },
      failures: ['conflict'],
    },
    (ctx, { params: { kb: id }, body }) => createMigration(ctx, id, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/embedding-migrations',
      access: 'knowledge:read',
      tag,
      summary: 'List the embedding migrations of a knowledge base',
      params: kb,
      query: MigrationQuery,
      reply: {
        status: 200,
        schema: pageOf(EmbeddingMigration),
        description: 'Migrations, newest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params: { kb: id }, query }) => listMigrations(ctx, id, query),
  )
  .endpoint(
    {
      method: 'get',
      path: one,
      access: 'knowledge:read',
      tag,
      summary: 'Get an embedding migration',
      params,
      reply: { ...reply, description: 'The migration with its progress and cost' },
    },
    (ctx, { params: { migration } }) => getMigration(ctx, migration),
  )
  .endpoint(
    {
      method: 'post',
      path: `${one}/compare`,
      access: 'knowledge:write',
      tag,
      summary: 'Compare the hits of both embedding models',
      operationId: 'compareEmbeddings',
      description:
        'Searches by vector with both models. Each query is embedded twice, and recorded in usage.',
      params,
      body: CompareEmbeddings,
      reply: { status: 200, schema: EmbeddingComparison, description: 'How the hits differ' },
      failures: ['conflict'],
    },
    (ctx, { params: { migration }, body }) => compareMigration(ctx, migration, body),
  )
  .endpoint(
    {
      method: 'post',
      path: `${one}/switch`,
      access: 'knowledge:write',
      tag,
      summary: 'Switch searches to the new embedding model',
      operationId: 'switchEmbeddingMigration',
      description:
        'Requires a migration that is `ready`. The former vectors are kept up to date until the migration is completed, so that it can be switched back.',
      params,
      reply,
      failures: ['conflict'],
    },
    (ctx, { params: { migration } }) => switchMigration(ctx, migration),
  )
  .endpoint(
    {
      method: 'post',
      path: `${one}/switch-back`,
      access: 'knowledge:write',
      tag,
      summary: 'Switch searches back to the former embedding model',
      operationId: 'switchBackEmbeddingMigration',
      description: 'Requires a migration that is `switched`; it is `ready` again.',
      params,
      reply,
      failures: ['conflict'],
    },
    (ctx, { params: { migration } }) => switchBackMigration(ctx, migration),
  )
  .endpoint(
    {
      method: 'post',
      path: `${one}/complete`,
      access: 'knowledge:write',
      tag,
      summary: 'Complete an embedding migration',
      operationId: 'completeEmbeddingMigration',
      description:
        'Removes the vectors of the former model in the background. Requires a migration that is `switched`.',
      params,
      reply,
      failures: ['conflict'],
    },
    (ctx, { params: { migration } }) => completeMigration(ctx, migration),
  )
  .endpoint(
    {
      method: 'post',
      path: `${one}/cancel`,
      access: 'knowledge:write',
      tag,
      summary: 'Cancel an embedding migration',
      operationId: 'cancelEmbeddingMigration',
      description:
        'Stops the migration and removes the vectors of the new model in the background. A migration that is `switched` has to be switched back first.',
      params,
      reply,
      failures: ['conflict'],
    },
    (ctx, { params: { migration } }) => cancelMigration(ctx, migration),
  )
  .endpoint(
    {
      method: 'post',
      path: `${one}/resume`,
      access: 'knowledge:write',
      tag,
      summary: 'Resume a failed embedding migration',
      operationId: 'resumeEmbeddingMigration',
      description:
        'Continues after the last embedded chunk; from the start if new chunks could not be embedded in the meantime.',
      params,
      reply,
      failures: ['conflict'],
    },
    (ctx, { params: { migration } }) => resumeMigration(ctx, migration),
  );
