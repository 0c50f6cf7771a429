import type { NextStep } from '../../../platform/next-step.ts';
import type { SourceRow } from '../source-store.ts';

/** Result of one step of a synchronization: what changes, and when the next step follows. */
export interface Step {
  readonly changes: Partial<SourceRow>;
  readonly next: NextStep;
}
