import type { AgentConfig } from '../../agents/index.ts';
import { Failure, type Violation } from '../../shared/failure.ts';

/** Values of an agent's form fields. */
export type Inputs = Readonly<Record<string, string | number | boolean>>;

type Field = AgentConfig['inputs'][number];

/** Throws `validation_failed` for unknown, invalid and missing form values; `at` is the pointer to them. */
export function checkInputs(fields: readonly Field[], inputs: Inputs, at = '/inputs'): void {
  const errors: Violation[] = Object.keys(inputs)
    .filter((name) => !fields.some((field) => field.name === name))
    .map((name) => ({
      pointer: `${at}/${name}`,
      detail: 'The agent’s form does not have this input.',
    }));
  for (const field of fields) {
    const detail = faultOf(field, inputs[field.name]);
    if (detail !== null) errors.push({ pointer: `${at}/${field.name}`, detail });
  }
  if (errors.length > 0)
    throw new Failure('validation_failed', 'The inputs do not match the agent’s form.', { errors });
}

/** Returns true for a field that a session must have a value of. */
export const isRequired = ({ required, default: preset }: Field): boolean =>
  required && preset === null;

/** Throws `validation_failed` for required fields without a value or default, which a newer version may have added. */
export function refuseMissing(fields: readonly Field[], inputs: Inputs): void {
  const missing = fields.filter((field) => isRequired(field) && inputs[field.name] === undefined);
  if (missing.length === 0) return;
  const errors = missing.map(({ name, label }) => ({
    pointer: `/inputs/${name}`,
    detail: `${label} is required.`,
  }));
  const names = missing.map(({ name }) => `\`${name}\``).join(', ');
  throw new Failure(
    'validation_failed',
    `The agent’s form now requires ${names}: set \`inputs\` of the session.`,
    { errors },
  );
}

/**
 * Reads form values from texts with the names of the fields. A text that is not a valid number or
 * boolean stays text, which the form rejects.
 */
export const readInputs = (
  fields: readonly Field[],
  texts: Readonly<Record<string, unknown>>,
): Inputs =>
  Object.fromEntries(
    fields
      .filter(({ name }) => typeof texts[name] === 'string')
      .map((field) => [field.name, toValue(field, texts[field.name] as string)]),
  );

function toValue({ type }: Field, text: string): Inputs[string] {
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
}

function faultOf(field: Field, value: Inputs[string] | undefined): string | null {
  if (value === undefined)
    return field.required && field.default === null ? `${field.label} is required.` : null;
  if (field.type === 'select')
    return field.options.some((option) => option === value)
      ? null
      : `Must be one of ${field.options.join(', ')}.`;
  if (field.required && typeof value === 'string' && value.trim() === '')
    return `${field.label} is required.`;
  const expected = field.type === 'text' ? 'string' : field.type;
  return typeof value === expected ? null : `Must be a ${expected}.`;
}

/** Fills `{{variables}}` with form values, literally and once: a value that contains `{{x}}` stays text. Missing values are their default, or empty. */
export function fillVariables(
  { instructions, inputs: fields }: Pick<AgentConfig, 'instructions' | 'inputs'>,
  inputs: Inputs,
): string {
  return instructions.replaceAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (placeholder, name: string) => {
    const field = fields.find((one) => one.name === name);
    return field === undefined ? placeholder : String(inputs[name] ?? field.default ?? '');
  });
}
