import type { JobHandler } from '../../platform/job-handler.ts';
import { failEvaluation, processEvaluation } from './process.ts';

export const evaluationJobs: { readonly 'evaluation.run': JobHandler<'evaluation.run'> } = {
  'evaluation.run': {
    run: (ctx, { evaluation_id }, end) => processEvaluation(ctx, evaluation_id, end),
    onExhausted: (ctx, { evaluation_id }) => failEvaluation(ctx, evaluation_id),
  },
};
