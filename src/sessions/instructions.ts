import type { AgentConfig } from '../agents/index.ts';
import { Failure, type Violation } from '../shared/failure.ts';

/** Values of an agent's form fields. */
export type Inputs = Readonly<Record<string, string | number | boolean>>;

type Field = AgentConfig['inputs'][number];

/** Throws `validation_failed` for values that the form does not have, does not take or misses. */
export function checkInputs(fields: readonly Field[], inputs: Inputs): void {
  const errors: Violation[] = Object.keys(inputs)
    .filter((name) => !fields.some((field) => field.name === name))
    .map((name) => ({ pointer: `/inputs/${name}`, detail: 'The agent has no such input.' }));
  for (const field of fields) {
    const detail = faultOf(field, inputs[field.name]);
    if (detail !== null) errors.push({ pointer: `/inputs/${field.name}`, detail });
  }
  if (errors.length > 0) throw new Failure('validation_failed', 'The inputs do not match the agent’s form.', { errors });
}

function faultOf(field: Field, value: Inputs[string] | undefined): string | null {
  if (value === undefined) return field.required && field.default === null ? `${field.label} is required.` : null;
  if (field.type === 'select')
    return field.options.some((option) => option === value) ? null : `Must be one of ${field.options.join(', ')}.`;
  const expected = field.type === 'text' ? 'string' : field.type;
  return typeof value === expected ? null : `Must be a ${expected}.`;
}

/** Puts values into `{{variables}}`, literally and once: a value that holds `{{x}}` stays text. What is not given is its default, or empty. */
export function fillVariables({ instructions, inputs: fields }: Pick<AgentConfig, 'instructions' | 'inputs'>, inputs: Inputs): string {
  return instructions.replaceAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (placeholder, name: string) => {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? placeholder : String(inputs[name] ?? field.default ?? '');
  });
}
