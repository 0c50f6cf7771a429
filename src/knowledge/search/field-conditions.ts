import { z } from '@hono/zod-openapi';
import { isPeriod, toPeriod } from '../fields/period.ts';
import { Language, Tag } from '../fields/schema.ts';

const maxValues = 100;

const exists = z.boolean().describe('Matches files that have a value, or that have none');

const required = (operators: readonly string[]) =>
  [
    (conditions: object) => Object.keys(conditions).length > 0,
    `At least one of ${operators.map((name) => `\`${name}\``).join(', ')} is required.`,
  ] as const;

/** A value that the field must have, or operators, all of which must hold. */
function equality<Value extends z.ZodType>(name: string, value: Value) {
  const list = z.array(value).min(1).max(maxValues);
  const operators = { eq: value, ne: value, in: list, nin: list, exists };
  return z.union([
    value,
    z
      .strictObject(operators)
      .partial()
      .refine(...required(Object.keys(operators)))
      .openapi(name),
  ]);
}

const Period = z
  .string()
  .refine(isPeriod, 'Must be a timestamp, a date, a month or a year.')
  .transform(toPeriod)
  .openapi({ type: 'string', example: '2026-01' });
const periods = z.array(Period).min(1).max(maxValues);
const periodOperators = {
  eq: Period,
  ne: Period,
  in: periods,
  nin: periods,
  gt: Period,
  gte: Period,
  lt: Period,
  lte: Period,
  exists,
};

/** Conditions on the fields of a file that are not metadata. */
export const fieldConditions = {
  language: equality('LanguageConditions', Language).describe(
    'Language of the file; `pt` matches `pt-BR`, too',
  ),
  tags: equality('TagConditions', Tag).describe(
    'Tags of the file, in any case. `eq` and `in` match if one of its tags does',
  ),
  published_at: z
    .union([
      Period,
      z
        .strictObject(periodOperators)
        .partial()
        .refine(...required(Object.keys(periodOperators)))
        .openapi('DateConditions'),
    ])
    .describe(
      'Date of the file in UTC. A date, a month (`2026-01`) or a year stands for all of its time: `lte: 2026` includes December',
    ),
};
export type FieldName = keyof typeof fieldConditions;
export const fieldNames = Object.keys(fieldConditions) as readonly FieldName[];
