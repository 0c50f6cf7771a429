import type { JobHandler } from '../platform/job-handler.ts';
import { failExhaustedFile, ingestFile } from './ingest/ingest.ts';
import { removeBase, removeFile } from './ingest/remove.ts';

type KnowledgeJob = 'file.ingest' | 'file.delete' | 'base.delete';

/**
 * Exhausted removals need no action: the data is hidden already, and the dead letter informs an
 * operator.
 */
const ignoreExhausted = async () => undefined;

export const knowledgeJobs: { readonly [Type in KnowledgeJob]: JobHandler<Type> } = {
  'file.ingest': {
    isLarge: true,
    run: (ctx, job, end) => ingestFile(ctx, job, end),
    onExhausted: (ctx, job) => failExhaustedFile(ctx, job),
  },
  'file.delete': {
    run: (ctx, { file_id }) => removeFile(ctx, file_id),
    onExhausted: ignoreExhausted,
  },
  'base.delete': {
    run: (ctx, { base_id }) => removeBase(ctx, base_id),
    onExhausted: ignoreExhausted,
  },
};
