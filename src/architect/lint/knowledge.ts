import type { Finding, Rule } from './finding.ts';

/** Settings of knowledge that have no effect, or a bad one. */
export const knowledge: Rule = ({ config: { knowledge: settings, model, starter_questions } }) => {
  const findings: Finding[] = [];
  const { base_ids, scope, rewrite_query } = settings;
  if (scope === 'only' && base_ids.length === 0)
    findings.push({
      rule: 'no_knowledge',
      severity: 'error',
      detail:
        '`knowledge.scope` is `only` and the agent searches no knowledge base, so it answers nothing. Add `base_ids` or change the scope.',
      pointer: '/config/knowledge/scope',
    });
  if (model.startsWith('builtin/') && base_ids.length === 0)
    findings.push({
      rule: 'no_knowledge',
      severity: 'error',
      detail: `${model} only quotes documents, and the agent searches no knowledge base.`,
      pointer: '/config/knowledge/base_ids',
    });
  if (model.startsWith('builtin/') && rewrite_query)
    findings.push({
      rule: 'no_effect',
      severity: 'info',
      detail: `${model} cannot rewrite queries: \`knowledge.rewrite_query\` has no effect.`,
      pointer: '/config/knowledge/rewrite_query',
    });
  const keys = starter_questions.map((question) => question.toLowerCase());
  for (const [index, key] of keys.entries())
    if (keys.indexOf(key) < index)
      findings.push({
        rule: 'duplicated_question',
        severity: 'info',
        detail: 'The starter question occurs twice.',
        pointer: `/config/starter_questions/${index}`,
      });
  return findings;
};
