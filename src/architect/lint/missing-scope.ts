import { detectLanguage } from '../../documents/index.ts';
import { scopeCues } from './cues.ts';
import { instructionsAt, type Rule } from './finding.ts';

/** Instructions that are missing, or that set no limits to what the agent answers. */
export const missingScope: Rule = ({ config: { instructions, knowledge } }) => {
  if (instructions.trim() === '')
    return [
      {
        rule: 'missing_instructions',
        severity: 'warning',
        detail: 'The agent has no instructions. State its role, what it answers and what not.',
        pointer: instructionsAt,
      },
    ];
  if (knowledge.scope === 'only' && knowledge.base_ids.length > 0) return [];
  // Languages without cues are not judged.
  const cues = scopeCues[detectLanguage(instructions) ?? 'en'];
  if (cues === undefined || cues.test(instructions)) return [];
  return [
    {
      rule: 'missing_scope',
      severity: 'warning',
      detail:
        'The instructions do not limit what the agent answers. State its subjects and what it must refuse, or set `knowledge.scope` to `only`.',
      pointer: instructionsAt,
    },
  ];
};
