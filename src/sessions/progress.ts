import type { Statement } from '../db/client.ts';
import type { Coverage } from '../db/schema/sessions.ts';
import type { StepResult } from '../llm/index.ts';
import type { Source } from './citations.ts';
import type { RunStepRow } from './store.ts';

/** What a turn has gathered so far; what is stored when it ends, however it ends. */
export interface Progress {
  text: string;
  sources: readonly Source[];
  confidence: number | null;
  coverage: Coverage | null;
  finish_reason: string;
  model: StepResult | null;
  readonly steps: RunStepRow[];
  readonly usage: Statement[];
}
