import type { RunStatus } from '../../db/schema/runs.ts';

/** What a run gave, as scorers read it. A scorer that needs what was not recorded scores nothing. */
export interface Observed {
  readonly answer: string;
  /** The structured answer of a version with an output schema; undefined without one. */
  readonly value?: unknown;
  readonly refused: boolean;
  readonly citations: readonly ObservedCitation[];
  /** The passages of the searches of the run, one search after another, best first. Those of erased files are missing. */
  readonly passages: readonly ObservedPassage[];
  /** Calls of the agent itself, in order. */
  readonly tool_calls: readonly ObservedToolCall[];
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
  /** null when they were not recorded, without content logging. */
  readonly arguments: unknown;
  readonly result?: unknown;
  readonly error?: string;
}
