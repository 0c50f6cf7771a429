import { type Finding, instructionsAt, quote, type Rule } from './finding.ts';
import { likeness, statementsOf } from './statements.ts';

const sameness = 0.85;
const minStems = 3;
const maxFindings = 5;

/** Statements that occur twice. */
export const duplicatedInstructions: Rule = ({ config: { instructions } }) => {
  const statements = statementsOf(instructions).filter(({ stems }) => stems.size >= minStems);
  const findings: Finding[] = [];
  for (const [index, one] of statements.entries()) {
    const same = statements
      .slice(0, index)
      .find((other) => other.forbids === one.forbids && likeness(one, other) >= sameness);
    if (same === undefined) continue;
    const detail =
      same.text === one.text
        ? `${quote(one.text)} occurs twice. Remove one.`
        : `${quote(one.text)} repeats ${quote(same.text)}. Remove one.`;
    findings.push({
      rule: 'duplicated_instruction',
      severity: 'info',
      detail,
      pointer: instructionsAt,
    });
    if (findings.length === maxFindings) break;
  }
  return findings;
};
