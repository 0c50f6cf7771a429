/**
 * Returns the claim that a name or a JSON Pointer (RFC 6901) names; undefined without one. A name may contain dots and
 * slashes, as that of a namespaced claim does; only a leading slash makes a pointer.
 */
export function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (!path.startsWith('/')) return own(claims, path);
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(own, claims);
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
