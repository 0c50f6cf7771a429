import type { Ctx } from './context.ts';
import type { Job } from './job.ts';

/** Handles one type of job. `run` must be idempotent: it may be called again for the same job at any time. */
export interface JobHandler<Type extends Job['type'] = Job['type']> {
  readonly run: (ctx: Ctx, job: Extract<Job, { type: Type }>) => Promise<void>;
  /** Called once the job will not be tried again, so that what it was for can say so. */
  readonly giveUp: (ctx: Ctx, job: Extract<Job, { type: Type }>, error: string) => Promise<void>;
}
