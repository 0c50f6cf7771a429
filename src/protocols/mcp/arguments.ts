import { z } from '@hono/zod-openapi';
import { bodyViolations } from '../../http/violations.ts';
import { validationFailed } from '../../shared/failure.ts';

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** Returns the arguments of a call. Throws `validation_failed` with all violations. */
export function readArguments<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): z.output<Schema> {
  const result = schema.safeParse(given ?? {});
  if (result.success) return result.data;
  throw validationFailed(bodyViolations(schema, result.error, given ?? {}));
}

const converted = new WeakMap<z.ZodType, ObjectSchema>();

/**
 * Returns the JSON Schema of the arguments of a tool, without patterns: not all model providers accept them. Converts a schema
 * when it is first needed, not while the Worker starts.
 */
export function toInputSchema(schema: z.ZodType): ObjectSchema {
  const known = converted.get(schema);
  if (known !== undefined) return known;
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => void delete jsonSchema.pattern,
  });
  converted.set(schema, rest as unknown as ObjectSchema);
  return rest as unknown as ObjectSchema;
}
