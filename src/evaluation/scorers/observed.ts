import type { RunStatus } from '../../db/schema/runs.ts';

/** What a run gave, as scorers read it. A part that was not recorded is null, and a scorer that needs it scores nothing. */
export interface Observed {
  readonly answer: string;
  /** The structured answer of a version with an output schema; undefined without one. */
  readonly value?: unknown;
  readonly refused: boolean;
  readonly citations: readonly ObservedCitation[];
  /** The passages of the searches of the run, best first; null for a run that has searched nothing. */
  readonly passages: readonly ObservedPassage[] | null;
  /** null when the trace does not keep the arguments: content logging was off, or the trace was removed. */
  readonly tool_calls: readonly ObservedToolCall[] | null;
  readonly latency_ms: number | null;
  readonly first_token_ms: number | null;
  /** null when a price is unknown. */
  readonly cost_nano_usd: number | null;
  readonly status: RunStatus;
  readonly error_code: string | null;
}

export interface ObservedCitation {
  /** null for a web page. */
  readonly file_id: string | null;
  readonly page: number | null;
  readonly quote: string;
  readonly url?: string;
}

export interface ObservedPassage {
  readonly file_id: string;
  readonly chunk_id: string;
  readonly text: string;
  readonly page: number | null;
  readonly score: number;
}

export interface ObservedToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly result?: unknown;
  readonly error?: string;
}
