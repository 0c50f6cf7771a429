/** A field of an answer, as far as a form can show it. */
export interface OutputField {
  readonly name: string;
  readonly type: OutputType;
  readonly description: string;
  readonly required: boolean;
}

export const outputTypes = ['string', 'number', 'integer', 'boolean', 'strings'] as const;
type OutputType = (typeof outputTypes)[number];

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the fields of a schema; null for one that says more than a form can show. */
export function fieldsOf(schema: Json): OutputField[] | null {
  const { type, properties, required = [], additionalProperties = false, ...more } = schema;
  if (type !== 'object' || !isJson(properties) || !Array.isArray(required)) return null;
  if (additionalProperties !== false || Object.keys(more).length > 0) return null;
  const fields = Object.entries(properties).map(([name, inner]) => fieldOf(name, inner, required));
  return fields.every((one) => one !== null) ? fields : null;
}

function fieldOf(name: string, schema: unknown, required: readonly unknown[]): OutputField | null {
  if (!isJson(schema)) return null;
  const { type, description = '', items, ...more } = schema;
  if (Object.keys(more).length > 0 || typeof description !== 'string') return null;
  const isRequired = required.includes(name);
  if (type === 'array')
    return isJson(items) && items.type === 'string' && Object.keys(items).length === 1
      ? { name, type: 'strings', description, required: isRequired }
      : null;
  return outputTypes.includes(type as OutputType) && type !== 'strings' && items === undefined
    ? { name, type: type as OutputType, description, required: isRequired }
    : null;
}

export const schemaOf = (fields: readonly OutputField[]): Record<string, unknown> => ({
  type: 'object',
  properties: Object.fromEntries(
    fields.map(({ name, type, description }) => [
      name,
      {
        ...(type === 'strings' ? { type: 'array', items: { type: 'string' } } : { type }),
        ...(description !== '' && { description }),
      },
    ]),
  ),
  required: fields.filter((field) => field.required).map(({ name }) => name),
  additionalProperties: false,
});
