import type { Statement } from '../db/client.ts';
import type { Ctx } from './context.ts';
import type { Job } from './job.ts';

/** Handles one type of job. `run` must be idempotent: it may be called again for the same job at any time. */
export interface JobHandler<Type extends Job['type'] = Job['type']> {
  /** True for jobs that need much memory: an invocation runs one of them at a time. */
  readonly isLarge?: boolean;
  /** Returns true when it has committed `end`, the statement that ends the job, with its last change. */
  readonly run: (
    ctx: Ctx,
    job: Extract<Job, { type: Type }>,
    end?: Statement,
  ) => Promise<boolean> | Promise<void>;
  /** Called once the attempts are exhausted, so that the owner can record the failure. */
  readonly onExhausted: (
    ctx: Ctx,
    job: Extract<Job, { type: Type }>,
    error: string,
  ) => Promise<void>;
}

/** One handler for every type of job. */
export type JobHandlers = { readonly [Type in Job['type']]: JobHandler<Type> };
