import type { AgentConfig } from '../../agents/index.ts';
import { contextWindowOf } from '../../llm/index.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import type { AttachmentContext } from '../attachments/context.ts';
import type { Source } from '../citations.ts';
import { chooseFacts, type Fact, tokensOfFacts } from './facts.ts';
import { type Context, contextOf } from './history.ts';
import { instructionsOf } from './prompt.ts';
import type { RunPrompt } from './run-prompt.ts';

/** Tokens of the markup around a passage. */
const tokensPerPassage = 20;

/** The input of a model besides passages and attachments. */
export interface GivenContext extends Context {
  /** About the end user, oldest first. */
  readonly facts: readonly Fact[];
}

/** Selects the window of history, the summary and the facts for the model, besides passages and attachments. */
export async function contextOfRun(
  config: AgentConfig,
  { history, summary, question, inputs, facts: remembered = [] }: RunPrompt,
  sources: readonly Source[],
  attached: Pick<AttachmentContext, 'tokens'>,
): Promise<GivenContext> {
  const { model, memory, settings } = config;
  const limits = {
    ...memory,
    context_window: await contextWindowOf(model),
    max_output_tokens: settings.max_output_tokens,
  };
  const facts = chooseFacts(remembered, question, memory.remember_tokens);
  const load = {
    instructions: estimateTokens(instructionsOf(config, inputs)),
    question: estimateTokens(question),
    passages: sources.reduce((sum, { text }) => sum + estimateTokens(text) + tokensPerPassage, 0),
    attachments: attached.tokens,
    facts: tokensOfFacts(facts),
  };
  const ids = facts.map(({ id }) => id);
  return { ...contextOf(history, summary, limits, load, ids), facts };
}
