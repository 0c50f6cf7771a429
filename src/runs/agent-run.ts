import type { LanguageModelV4Message, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { AgentConfig } from '../agents/index.ts';
import type { Limit, RunAgent, SuspendedStep } from '../execution/index.ts';
import type { ToolPin } from '../tools/index.ts';
import type { Account, Attribution } from '../usage/index.ts';
import type { Overrides } from './overrides.ts';
import type { Progress } from './progress.ts';
import type { RunPrompt } from './prompt/run-prompt.ts';

/**
 * The execution of an agent. Turns, one-off runs, previews and delegates differ in storage and
 * listeners.
 */
export interface AgentRun {
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
  readonly prompt: RunPrompt;
  readonly overrides: Overrides;
  /** Adds up the cost of the run. */
  readonly account: Account;
  /** The attribution of model calls. */
  readonly attribution: Omit<Attribution, 'account'>;
  /** The operation of its usage rows. */
  readonly operation: string;
  /** Prefix of the names of its model calls in the usage rows: `${call_key}:${step}`. */
  readonly call_key: string;
  /** Epoch milliseconds. */
  readonly started_at: number;
  /** Aborted by a cancel, and with a `TimeoutError` by the time limit of the run. */
  readonly signal: AbortSignal;
  /** Ids of the agents that this one answers, the outermost first. */
  readonly above: readonly string[];
  /** Returns the sources of untrusted content behind earlier answers in the prompt. */
  readonly earlier?: () => Promise<readonly string[]>;
  /** Runs a delegate agent; absent where delegates are not available. */
  readonly delegate?: RunAgent;
  /** Filled during the run, so that the partial result of a failed run can be stored. */
  readonly progress: Progress;
  /** Set for a run that resumes after it has waited. */
  readonly resumed?: ResumedConversation;
  /** Stores the spans and the usage of a finished step before the next one begins. */
  store(progress: Progress): Promise<void>;
}

/** The conversation of a resumed run. */
interface ResumedConversation {
  /** The messages after the prompt; the last ones complete the step that waited. */
  readonly transcript: readonly LanguageModelV4Message[];
  /** The last messages of the transcript, which no span has recorded. */
  readonly new_messages: readonly LanguageModelV4Message[];
}

export type RunOutcome =
  /** `value` is the parsed answer when it follows a schema. */
  | { readonly type: 'answered'; readonly value?: unknown }
  | { readonly type: 'limit_exceeded'; readonly limit: Limit }
  /**
   * The model called tools of the caller, which ended the run. With their results `transcript` can
   * be continued.
   */
  | {
      readonly type: 'requires_action';
      readonly calls: readonly LanguageModelV4ToolCall[];
      readonly transcript: readonly LanguageModelV4Message[];
    }
  /**
   * The step cannot end before the caller has submitted results of its tools, or decided on calls.
   * `transcript` follows the prompt.
   */
  | {
      readonly type: 'suspended';
      readonly step: SuspendedStep;
      readonly transcript: readonly LanguageModelV4Message[];
    };
