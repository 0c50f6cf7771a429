import { unsupported } from './errors.ts';

const places = /^#\/(?:\$defs|definitions)\/([^/]+)$/;
/** Definitions that are put in place of references can grow without end. */
const maxNodes = 20_000;

/**
 * A caller's JSON Schema as it can be checked here: definitions stand where they are referred to, what refers to itself
 * is not looked into again, and patterns are left out. The provider gets the schema as it was sent. Throws
 * `validation_failed` for references to elsewhere.
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
    if (nodes > maxNodes) throw unsupported(at, 'A schema of this size is not supported.');
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
