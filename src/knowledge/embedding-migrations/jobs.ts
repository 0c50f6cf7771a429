import type { JobHandler } from '../../platform/job-handler.ts';
import { buildEmbeddings, failMigration } from './build.ts';
import { removeEmbeddings } from './remove.ts';

type EmbeddingJob = 'embedding.build' | 'embedding.remove';

export const embeddingJobs: { readonly [Type in EmbeddingJob]: JobHandler<Type> } = {
  'embedding.build': {
    isLarge: true,
    run: (ctx, { migration_id }, end) => buildEmbeddings(ctx, migration_id, end),
    onExhausted: (ctx, { migration_id }) => failMigration(ctx, migration_id),
  },
  'embedding.remove': {
    run: (ctx, { migration_id }, end) => removeEmbeddings(ctx, migration_id, end),
    onExhausted: async () => undefined,
  },
};
