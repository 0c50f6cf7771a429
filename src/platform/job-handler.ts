import type { Ctx } from './context.ts';
import type { Job } from './job.ts';

/** Executes jobs of one type. `run` may be called again for the same job at any time. */
export interface JobHandler<Type extends Job['type'] = Job['type']> {
  readonly run: (ctx: Ctx, job: Extract<Job, { type: Type }>) => Promise<void>;
  /** Called once the attempts are exhausted, so that the owner can record the failure. */
  readonly onExhausted: (
    ctx: Ctx,
    job: Extract<Job, { type: Type }>,
    error: string,
  ) => Promise<void>;
}

/** One handler for every type of job. */
export type JobHandlers = { readonly [Type in Job['type']]: JobHandler<Type> };
