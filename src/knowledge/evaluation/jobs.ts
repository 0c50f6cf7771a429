import type { JobHandler } from '../../platform/job-handler.ts';
import { evaluateStep, failExhausted } from './evaluate.ts';

export const evaluationJobs: {
  readonly 'retrieval.evaluate': JobHandler<'retrieval.evaluate'>;
} = {
  'retrieval.evaluate': {
    run: (ctx, { evaluation_id }, end) => evaluateStep(ctx, evaluation_id, end),
    onExhausted: (ctx, { evaluation_id }) => failExhausted(ctx, evaluation_id),
  },
};
