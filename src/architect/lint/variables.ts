import { type Finding, instructionsAt, type Rule } from './finding.ts';

const braces = /\{\{\s*([^{}\n]{1,100}?)\s*\}\}/gu;
const identifier = /^[A-Za-z_]\w{0,63}$/;

/** Variables that no form field fills in, and fields that nothing uses. */
export const variables: Rule = ({ config: { instructions, inputs } }) => {
  const declared = new Set(inputs.map(({ name }) => name));
  const used = new Set([...instructions.matchAll(braces)].map(([, name = '']) => name));
  const unknown = [...used]
    .filter((name) => !declared.has(name))
    .map((name): Finding => {
      const hint = identifier.test(name)
        ? 'Declare it in `inputs`.'
        : 'A name has letters, digits and underscores only, so it stays as it is.';
      return {
        rule: 'unknown_variable',
        severity: identifier.test(name) ? 'error' : 'warning',
        detail: `\`{{${name}}}\` is not filled in. ${hint}`,
        pointer: instructionsAt,
      };
    });
  const unused = inputs.flatMap(({ name }, index): Finding[] =>
    used.has(name)
      ? []
      : [
          {
            rule: 'unused_input',
            severity: 'info',
            detail: `The instructions do not use \`{{${name}}}\`.`,
            pointer: `/config/inputs/${index}`,
          },
        ],
  );
  return [...unknown, ...unused];
};
