import { contradictions } from './contradictions.ts';
import { duplicatedInstructions } from './duplicated-instructions.ts';
import type { Finding, Rule, Subject } from './finding.ts';
import { knowledge } from './knowledge.ts';
import { longInstructions } from './long-instructions.ts';
import { missingScope } from './missing-scope.ts';
import { secrets } from './secrets.ts';
import { tools } from './tools.ts';
import { unanswerable } from './unanswerable.ts';
import { variables } from './variables.ts';

export type { Subject } from './finding.ts';

const rules: readonly Rule[] = [
  secrets,
  variables,
  contradictions,
  missingScope,
  unanswerable,
  tools,
  knowledge,
  longInstructions,
  duplicatedInstructions,
];

const order = ['error', 'warning', 'info'];

/** Returns the problems of a configuration, the severe ones first. Pure and deterministic. */
export const lintConfig = (subject: Subject): Finding[] =>
  rules
    .flatMap((rule) => rule(subject))
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
