import type { Ctx } from '../platform/context.ts';
import type { JobHandlers } from '../platform/job-handler.ts';
import type { Router } from './router.ts';

/** Path prefixes under which features mount routes. */
export type Prefix = '/api/v1' | '/v1' | '/';

/** Periodic work. It is bounded and idempotent. */
export interface Task {
  readonly name: string;
  readonly run: (ctx: Ctx) => Promise<unknown>;
}

/** Everything that a feature registers with the Worker; `features.ts` lists the features. Stream encoders are added in `runs`. */
export interface Feature {
  readonly routes?: Readonly<Partial<Record<Prefix, readonly Router[]>>>;
  readonly jobs?: Partial<JobHandlers>;
  readonly tasks?: {
    readonly everyMinute?: readonly Task[];
    readonly everyHour?: readonly Task[];
  };
}
