import type { Definition } from './definition.ts';
import { readPointer } from './pointer.ts';

type Mapped = { readonly output: unknown } | { readonly error: string };

/** Maps a response to what the model reads. Returns an error for a response that the mapping does not fit. */
export function mapResponse(
  { format, pointer, fields }: Definition['response'],
  text: string,
  contentType: string,
): Mapped {
  if (format === 'text') return { output: text };
  const parsed = parse(text);
  const needsJson =
    format === 'json' || pointer !== null || fields !== null || /[/+]json\b/i.test(contentType);
  if (parsed === undefined) {
    if (needsJson && text.trim() !== '')
      return { error: 'The call succeeded, but the response is not JSON.' };
    return { output: text };
  }
  if (!needsJson) return { output: text };
  const part = pointer === null ? { value: parsed.value } : readPointer(parsed.value, pointer);
  if (part === null)
    return { error: `The call succeeded, but the response has no value at ${pointer}.` };
  return { output: fields === null ? part.value : pick(part.value, fields) };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function pick(value: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => pick(item, fields));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    fields.flatMap((field) =>
      Object.hasOwn(value, field) ? [[field, (value as Record<string, unknown>)[field]]] : [],
    ),
  );
}
