import type { LanguageModelV4CallOptions, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import type { AgentConfig } from '../agents/index.ts';
import type { ClientTool } from '../execution/index.ts';
import type { OutputFormat } from '../llm/index.ts';
import type { ToolRecordOf } from './recorded-tools.ts';

/** Settings of one request that extend or replace those of the version. */
export interface Overrides {
  /** Appended to the agent's instructions. Form fields are not filled in. */
  readonly instructions?: string | null;
  readonly settings?: Partial<AgentConfig['settings']>;
  /** Model settings that a version does not have. */
  readonly options?: Pick<
    LanguageModelV4CallOptions,
    'seed' | 'frequencyPenalty' | 'presencePenalty'
  >;
  /** Replaces the version's schema; null for free text, absent to keep the version's. */
  readonly output_schema?: Record<string, unknown> | null;
  /** The output format sent to the provider; absent to derive it from the schema. */
  readonly output_format?: OutputFormat;
  /** Tools that the caller runs itself. */
  readonly tools?: readonly ClientTool[];
  /** Tool choice of the first model call; later calls choose freely. */
  readonly tool_choice?: LanguageModelV4ToolChoice;
  /** The first model call is offered the caller's tools alone. */
  readonly has_own_choice?: boolean;
  /** Maximum number of calls of the caller's tools in one answer. */
  readonly max_calls?: number;
  /** A call of one of these tools suspends the run until its result arrives; otherwise it ends the run. */
  readonly resumable?: boolean;
  /** False for clients that cannot ask for approvals: a call that needs one is not made. */
  readonly has_approvals?: boolean;
  /** Tools that change something are not called: the model reads that their result is simulated. Binds delegates, too. */
  readonly simulates_effects?: boolean;
  /** The most that the run may cost, in nano-USD: a call that might pass it is refused before it is made. */
  readonly max_cost_nano_usd?: number;
  /** Tools are answered from the record of a past run. Delegates do not run. */
  readonly tool_record?: ToolRecordOf;
  /** False for clients that can show neither the page of a sign-in nor a form. */
  readonly can_ask?: boolean;
}

/** Returns the configuration with the overrides applied. */
export const withOverrides = (
  config: AgentConfig,
  { settings, output_schema }: Overrides,
): AgentConfig => ({
  ...config,
  settings: { ...config.settings, ...settings },
  ...(output_schema === undefined ? {} : { output_schema }),
});
