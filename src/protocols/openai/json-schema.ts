import { unsupported } from './errors.ts';

const places = /^#\/(?:\$defs|definitions)\/([^/]+)$/;
/** Maximum nodes of a resolved schema. Replacing references by definitions can grow exponentially. */
const maxNodes = 20_000;

/**
 * Returns a JSON Schema of a request in the subset that can be validated here: references are replaced by their
 * definitions, recursive references are not expanded again, and patterns are removed. The provider receives the original
 * schema. Throws `validation_failed` for external references and for a schema that is too large.
 */
export function toCheckable(
  schema: Readonly<Record<string, unknown>>,
  at: string,
): Record<string, unknown> {
  const definitions = { ...(schema.definitions as object), ...(schema.$defs as object) } as Record<
    string,
    unknown
  >;
  let nodes = 0;
  const resolve = (value: unknown, open: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((one) => resolve(one, open));
    if (value === null || typeof value !== 'object') return value;
    nodes += 1;
    if (nodes > maxNodes)
      throw unsupported(at, `Schemas with more than ${maxNodes} nodes are not supported.`);
    const {
      $ref,
      $defs: _defs,
      definitions: _definitions,
      $schema: _schema,
      ...rest
    } = value as Record<string, unknown>;
    const inner = Object.fromEntries(
      Object.entries(rest).flatMap(([key, one]) =>
        key === 'pattern' && typeof one === 'string' ? [] : [[key, resolve(one, open)]],
      ),
    );
    if ($ref === undefined) return inner;
    if ($ref === '#') return inner;
    const name = places.exec(String($ref))?.[1];
    if (name === undefined || !Object.hasOwn(definitions, name))
      throw unsupported(at, `The reference ${String($ref)} is not supported.`);
    if (open.includes(name)) return inner;
    return { ...(resolve(definitions[name], [...open, name]) as object), ...inner };
  };
  return resolve(schema, []) as Record<string, unknown>;
}
