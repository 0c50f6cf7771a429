import { detectLanguage } from '../../documents/index.ts';
import { unanswerableCues } from './cues.ts';
import { instructionsAt, type Rule } from './finding.ts';

/** No rule for questions that the agent cannot answer, so that a model invents an answer. */
export const unanswerable: Rule = ({ config: { instructions, knowledge } }) => {
  const hasRule = knowledge.scope === 'only' && knowledge.base_ids.length > 0;
  if (hasRule || instructions.trim() === '') return [];
  const cues = unanswerableCues[detectLanguage(instructions) ?? 'en'];
  if (cues === undefined || cues.test(instructions)) return [];
  return [
    {
      rule: 'no_rule_for_unanswerable',
      severity: 'warning',
      detail:
        'Nothing says what to do with a question that the agent cannot answer. Add a rule such as “If you do not know, say so”, or set `knowledge.scope` to `only`.',
      pointer: instructionsAt,
    },
  ];
};
