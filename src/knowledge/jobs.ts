import type { JobHandler } from '../platform/job-handler.ts';
import { ingestFile, markFileFailed } from './ingest.ts';
import { removeBase, removeFile } from './remove.ts';

type KnowledgeJob = 'file.ingest' | 'file.delete' | 'base.delete';

/** Nobody waits for a removal: what is removed is out of sight already, and the dead letter tells an operator. */
const noted = async () => undefined;

export const knowledgeJobs: { readonly [Type in KnowledgeJob]: JobHandler<Type> } = {
  'file.ingest': {
    run: (ctx, { file_id }) => ingestFile(ctx, file_id),
    onExhausted: (ctx, { file_id }) => markFileFailed(ctx, file_id),
  },
  'file.delete': { run: (ctx, { file_id }) => removeFile(ctx, file_id), onExhausted: noted },
  'base.delete': { run: (ctx, { base_id }) => removeBase(ctx, base_id), onExhausted: noted },
};
