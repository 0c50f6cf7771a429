import { parseStructured } from '../../llm/index.ts';
import { schemaErrors } from '../../shared/json-schema/index.ts';
import type { Observed } from './observed.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement } from './score-result.ts';

const maxErrors = 3;

/** Scores whether the structured answer, or JSON in the text, is valid by a schema. */
export function scoreJsonSchema(
  { schema }: ScorerOf<'json_schema'>,
  { answer, value }: Observed,
): Measurement {
  const errors = value === undefined ? errorsOfText(answer, schema) : schemaErrors(schema, value);
  return errors.length === 0
    ? { score: 1, reason: 'The answer is valid by the schema.' }
    : { score: 0, reason: errors.slice(0, maxErrors).join(' ').slice(0, 1000) };
}

function errorsOfText(answer: string, schema: object): readonly string[] {
  const parsed = parseStructured(answer, schema);
  return parsed.ok ? [] : parsed.errors;
}
