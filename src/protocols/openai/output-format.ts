import { OutputSchema } from '../../agents/index.ts';
import type { Overrides } from '../../runs/index.ts';
import { unsupported } from './errors.ts';
import { toCheckable } from './json-schema.ts';

type Format =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly description?: string | null | undefined;
      readonly schema: Readonly<Record<string, unknown>>;
      readonly strict?: boolean | null | undefined;
    };

/**
 * Returns the answer format of a request, which replaces the format of the agent; empty without one. The provider receives
 * the schema as it was sent. Throws `validation_failed` for a schema that answers cannot be validated against.
 */
export function readFormat(
  format: Format | null,
  at: string,
): Pick<Overrides, 'output_schema' | 'output_format'> {
  if (format === null) return {};
  if (format.type === 'text') return { output_schema: null };
  if (format.type === 'json_object') {
    return {
      output_schema: { type: 'object' },
      output_format: { schema: null, name: 'answer', strict: false },
    };
  }
  const { name, description, schema, strict } = format;
  const parsed = OutputSchema.safeParse(toCheckable(schema, at));
  const message = parsed.error?.issues[0]?.message;
  if (message !== undefined) throw unsupported(at, message);
  return {
    output_schema: parsed.data as Record<string, unknown>,
    output_format: {
      schema,
      name,
      ...(description == null ? {} : { description }),
      strict: strict ?? false,
    },
  };
}
