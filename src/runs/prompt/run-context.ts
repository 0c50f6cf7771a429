import type { AgentConfig } from '../../agents/index.ts';
import { contextWindowOf } from '../../llm/index.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import type { AttachmentContext } from '../attachments/context.ts';
import type { Source } from '../citations.ts';
import { type Context, contextOf } from './history.ts';
import { instructionsOf } from './prompt.ts';
import type { RunPrompt } from './run-prompt.ts';

/** Tokens of the markup around a passage. */
const tokensPerPassage = 20;

/**
 * Selects the window of history and the summary for the model, besides the passages and
 * attachments.
 */
export async function contextOfRun(
  config: AgentConfig,
  { history, summary, question, inputs }: RunPrompt,
  sources: readonly Source[],
  attached: Pick<AttachmentContext, 'tokens'>,
): Promise<Context> {
  const { model, memory, settings } = config;
  const limits = {
    ...memory,
    context_window: await contextWindowOf(model),
    max_output_tokens: settings.max_output_tokens,
  };
  return contextOf(history, summary, limits, {
    instructions: estimateTokens(instructionsOf(config, inputs)),
    question: estimateTokens(question),
    passages: sources.reduce((sum, { text }) => sum + estimateTokens(text) + tokensPerPassage, 0),
    attachments: attached.tokens,
  });
}
