/** Resolves an RFC 6901 pointer by own members only. Returns null when nothing is there. */
export function readPointer(root: unknown, pointer: string): { readonly value: unknown } | null {
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return { value };
}
