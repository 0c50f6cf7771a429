import type { Ctx } from '../../platform/context.ts';
import type { Failure } from '../../shared/failure.ts';
import type { NamedScorer } from './scorer-names.ts';
import type { EvaluationRow } from './store.ts';
import type { TargetContent } from './targets.ts';

/** One step of an evaluation, shared by the tasks that it runs. */
export interface Step {
  /** Acts as the key that has started the evaluation. */
  readonly ctx: Ctx;
  readonly evaluation: EvaluationRow;
  readonly scorers: readonly NamedScorer[];
  /** Returns what a target runs; null if its version was deleted. */
  readonly targetOf: (target: number) => Promise<TargetContent | null>;
  /** When the step waits for runs no longer, in epoch milliseconds. */
  readonly until: number;
  /** A rate limit refused a run: no other is started before this time. */
  paused_until: number;
  /** Ends the evaluation: a budget does not allow the next call. */
  stop: Pick<Failure, 'code' | 'message'> | null;
}
