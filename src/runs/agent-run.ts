import type { LanguageModelV4Message, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { AgentConfig } from '../agents/index.ts';
import type { Limit, RunAgent, SuspendedStep } from '../execution/index.ts';
import type { ToolPin } from '../tools/index.ts';
import type { Account, Attribution } from '../usage/index.ts';
import type { Overrides } from './overrides.ts';
import type { Progress } from './progress.ts';
import type { RunPrompt } from './prompt/run-prompt.ts';

/** One agent run. Turns, one-off runs, previews and delegates differ in what is stored and in who listens. */
export interface AgentRun {
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
  readonly prompt: RunPrompt;
  readonly overrides: Overrides;
  /** Adds up the cost of the run. */
  readonly account: Account;
  /** On whose behalf models are called. */
  readonly attribution: Omit<Attribution, 'account'>;
  /** The operation of its usage rows. */
  readonly operation: string;
  /** Names its model calls in the usage rows: `${call_key}:${step}`. */
  readonly call_key: string;
  /** Epoch milliseconds. */
  readonly started_at: number;
  /** Aborted by a cancel, and with a `TimeoutError` by the time limit of the run. */
  readonly signal: AbortSignal;
  /** Ids of the agents that this one answers, the outermost first. */
  readonly above: readonly string[];
  /** Runs a delegate agent; absent where delegates are not available. */
  readonly delegate?: RunAgent;
  /** Filled while the run goes on, so that the partial result of a failed run can be stored. */
  readonly progress: Progress;
  /** Set for a run that goes on after it has waited. */
  readonly resumed?: ResumedConversation;
  /** Stores the spans and the usage of a finished step before the next one begins. */
  store(progress: Progress): Promise<void>;
}

/** The conversation of a run that goes on after it has waited. */
export interface ResumedConversation {
  /** The messages behind the prompt; the last ones complete the step that waited. */
  readonly transcript: readonly LanguageModelV4Message[];
  /** The last messages of the transcript, which no span has recorded. */
  readonly fresh: readonly LanguageModelV4Message[];
}

export type RunOutcome =
  /** `value` is the parsed answer where it follows a schema. */
  | { readonly type: 'answered'; readonly value?: unknown }
  | { readonly type: 'limit_exceeded'; readonly limit: Limit }
  /** The model called tools that the caller runs. With their results `transcript` can be continued. */
  | {
      readonly type: 'requires_action';
      readonly calls: readonly LanguageModelV4ToolCall[];
      readonly transcript: readonly LanguageModelV4Message[];
    }
  /** The step cannot end before the caller has answered calls of its tools. `transcript` is behind the prompt. */
  | {
      readonly type: 'suspended';
      readonly step: SuspendedStep;
      readonly transcript: readonly LanguageModelV4Message[];
    };
