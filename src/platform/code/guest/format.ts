const maxArgumentChars = 4000;

/** Returns JSON of a value, also of one that JSON does not know. Throws for a cycle. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, replace, indent) ?? 'null';
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map)
    return [...value.keys()].every((key) => typeof key === 'string')
      ? Object.fromEntries(value)
      : [...value];
  if (value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as Uint8Array);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return value;
}

/** Returns the text of one line of the console. */
export const formatLine = (values: readonly unknown[]): string => values.map(format).join(' ');

function format(value: unknown): string {
  const text = textOf(value);
  return text.length <= maxArgumentChars
    ? text
    : `${text.slice(0, maxArgumentChars)}… (${text.length} characters)`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol')
    return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return toJson(value);
  } catch {
    return String(value);
  }
}
