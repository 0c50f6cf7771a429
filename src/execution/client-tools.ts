import type { LanguageModelV4ToolCall, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import type { ClientTool, Tool } from './tool.ts';

/** The tools that the caller of a run executes. */
export interface ClientTools {
  readonly tools: readonly ClientTool[];
  /** Tool choice of the first model call, or of all calls if it is `none`. Null leaves it to the model. */
  readonly choice: LanguageModelV4ToolChoice | null;
  /** The first model call is offered these tools alone. */
  readonly has_own_choice: boolean;
  /** Maximum number of calls in one answer; null for no limit. */
  readonly max_calls: number | null;
  /** A call suspends the run until its result arrives; otherwise it ends the run. */
  readonly resumable: boolean;
}

/** Returns the calls that end the run: those of client tools that are not resumable, up to their limit. */
export function endingCalls(
  client: ClientTools | undefined,
  calls: readonly LanguageModelV4ToolCall[],
): readonly LanguageModelV4ToolCall[] {
  if (client === undefined || client.resumable) return [];
  const ending = calls.filter(({ toolName }) => client.tools.some(({ name }) => name === toolName));
  return ending.slice(0, client.max_calls ?? ending.length);
}

/** Returns resumable client tools as tools whose calls are validated but never executed here. */
export const resumableTools = (client: ClientTools | undefined): readonly Tool[] =>
  client?.resumable === true
    ? client.tools.map((tool) => ({
        ...tool,
        effect: 'read' as const,
        revision: 0,
        run: async () => ({ ok: false, error: 'Only the caller can run this tool.' }),
      }))
    : [];
