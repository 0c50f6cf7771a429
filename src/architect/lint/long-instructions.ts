import { estimateTokens } from '../../shared/tokens.ts';
import { instructionsAt, type Rule } from './finding.ts';

/** Tokens from which models begin to miss statements, and from which each call costs noticeably more. */
const maxTokens = 3000;

/** Instructions that are too long to be followed reliably. */
export const longInstructions: Rule = ({ config: { instructions } }) => {
  const tokens = estimateTokens(instructions);
  if (tokens <= maxTokens) return [];
  return [
    {
      rule: 'long_instructions',
      severity: 'warning',
      detail: `The instructions have about ${tokens} tokens, which every call pays for; models miss statements in long ones. Stay below ${maxTokens}: move facts into a knowledge base.`,
      pointer: instructionsAt,
    },
  ];
};
