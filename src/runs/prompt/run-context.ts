import { contextWindowOf } from '../../llm/index.ts';
import type { Turn } from '../../sessions/turn/start-turn.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import type { AttachmentContext } from '../attachments/context.ts';
import type { Source } from '../citations.ts';
import { type Context, contextOf } from './history.ts';
import { instructionsOf } from './prompt.ts';

/** Tokens of what is written around a passage. */
const perPassage = 20;

/** What a turn's model is given of the conversation, with the passages and attachments besides. */
export function contextOfTurn(
  turn: Pick<Turn, 'config' | 'session' | 'history' | 'summary' | 'question'>,
  sources: readonly Source[],
  attached: Pick<AttachmentContext, 'tokens'>,
): Context {
  const { model, memory, settings } = turn.config;
  return contextOf(
    turn.history,
    turn.summary,
    {
      ...memory,
      context_window: contextWindowOf(model),
      max_output_tokens: settings.max_output_tokens,
    },
    {
      instructions: estimateTokens(instructionsOf(turn)),
      question: estimateTokens(turn.question),
      passages: sources.reduce((sum, { text }) => sum + estimateTokens(text) + perPassage, 0),
      attachments: attached.tokens,
    },
  );
}
