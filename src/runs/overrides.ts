import type { LanguageModelV4CallOptions, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import type { AgentConfig } from '../agents/index.ts';
import type { ClientTool } from '../execution/index.ts';
import type { OutputFormat } from '../llm/index.ts';

/** What a caller asks for besides what the version says, for one run. */
export interface Overrides {
  /** Put behind the agent's own; nothing is filled in. */
  readonly instructions?: string | null;
  readonly settings?: Partial<AgentConfig['settings']>;
  /** Settings that a version does not have. */
  readonly options?: Pick<
    LanguageModelV4CallOptions,
    'seed' | 'frequencyPenalty' | 'presencePenalty'
  >;
  /** In place of the version's; null for free text, absent for the version's. */
  readonly output_schema?: Record<string, unknown> | null;
  /** How the provider is asked for it; by the version's own rule where it is absent. */
  readonly output_format?: OutputFormat;
  readonly tools?: readonly ClientTool[];
  /** Of the first call of the model; later ones are free to choose. */
  readonly tool_choice?: LanguageModelV4ToolChoice;
  /** Whether the choice of the first call is among the caller's tools alone. */
  readonly has_own_choice?: boolean;
  /** Calls of the caller's tools that one answer may have. */
  readonly most_calls?: number;
}

/** The configuration as the run has it. */
export const withOverrides = (
  config: AgentConfig,
  { settings, output_schema }: Overrides,
): AgentConfig => ({
  ...config,
  settings: { ...config.settings, ...settings },
  ...(output_schema === undefined ? {} : { output_schema }),
});
