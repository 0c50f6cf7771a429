import type { Finding, Rule } from './finding.ts';

/** Tools that explain themselves by being there. */
const evident = new Set(['knowledge_search', 'calculator', 'current_time']);

/** Tools that the instructions give no purpose, and approvals that let untrusted content act. */
export const tools: Rule = ({ config, tools: known }) => {
  const findings: Finding[] = [];
  for (const [index, name] of config.tools.entries()) {
    const words = name.replaceAll(/[_-]+/g, ' ');
    const text = config.instructions.toLowerCase();
    if (
      evident.has(name) ||
      text.includes(name.toLowerCase()) ||
      text.includes(words.toLowerCase())
    )
      continue;
    findings.push({
      rule: 'tool_without_purpose',
      severity: 'warning',
      detail: `The instructions do not say when to use the tool \`${name}\`. Say so, or remove it.`,
      pointer: `/config/tools/${index}`,
    });
  }
  const acting = known.filter(({ effect }) => effect !== 'read').map(({ name }) => `\`${name}\``);
  if (acting.length > 0 && config.approvals.write === 'never')
    findings.push({
      rule: 'unapproved_writes',
      severity: 'warning',
      detail: `${acting.join(', ')} can act without approval on what a document or a web page says. Set \`approvals.write\` to \`after_untrusted\`.`,
      pointer: '/config/approvals/write',
    });
  if (config.approvals.exits === 'allow' && config.tools.includes('fetch_url'))
    findings.push({
      rule: 'open_exit',
      severity: 'warning',
      detail:
        'A document can make the agent send data to any host. Set `approvals.exits` to `approve` or `block`.',
      pointer: '/config/approvals/exits',
    });
  return findings;
};
