import { isDefinitions, isNode, mapSubschemas, type SchemaNode, subschemas } from './keywords.ts';

/** Maximum number of schemas that one schema may expand to, references counted at each use. */
const maxNodes = 10_000;
const maxDepth = 32;

/** The schema that a reference names, or null when it is not a schema of the document. */
export function resolveReference(root: SchemaNode, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return null;
  let current: unknown = root;
  let segments = decodeFragment(reference).split('/');
  segments = segments.map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
  while (segments.length > 0) {
    if (!isNode(current)) return null;
    const next = [...subschemas(current)].find(({ path }) =>
      path.every((segment, index) => segments[index] === segment),
    );
    if (next === undefined) return null;
    segments = segments.slice(next.path.length);
    current = next.schema;
  }
  return current;
}

/** The pointer of a reference. Percent-encoding that is not valid is taken literally. */
function decodeFragment(reference: string): string {
  const pointer = reference.slice(2);
  try {
    return decodeURIComponent(pointer);
  } catch {
    return pointer;
  }
}

/** The first problem with the references of a schema: remote, unresolvable, recursive, or too large when expanded. */
export function referenceProblem(root: SchemaNode): string | null {
  const count = { nodes: 0 };
  return expansionProblem(root, root, [], 0, count) ?? definitionsProblem(root, root, count);
}

function expansionProblem(
  root: SchemaNode,
  node: unknown,
  open: readonly unknown[],
  depth: number,
  count: { nodes: number },
): string | null {
  if (!isNode(node)) return null;
  count.nodes += 1;
  if (count.nodes > maxNodes)
    return `The schema expands to more than ${maxNodes} schemas when each $ref is replaced by its definition.`;
  if (depth > maxDepth)
    return `The schema is nested more than ${maxDepth} levels deep when each $ref is replaced by its definition.`;
  const { $ref: reference } = node;
  if (reference !== undefined) {
    const target = typeof reference === 'string' ? resolveReference(root, reference) : null;
    if (target === null) return unresolved(reference);
    if (target === node || open.includes(target))
      return `$ref ${JSON.stringify(reference)} is recursive. Recursive schemas are not supported: write the levels out.`;
    const problem = expansionProblem(root, target, [...open, node], depth + 1, count);
    if (problem !== null) return problem;
  }
  for (const { keyword, schema } of subschemas(node)) {
    if (isDefinitions(keyword)) continue;
    const problem = expansionProblem(root, schema, [...open, node], depth + 1, count);
    if (problem !== null) return problem;
  }
  return null;
}

/** Unreferenced definitions are checked as well, so that no part of a stored schema is unusable. */
function definitionsProblem(
  root: SchemaNode,
  node: SchemaNode,
  count: { nodes: number },
): string | null {
  for (const { keyword, schema } of subschemas(node)) {
    if (!isNode(schema)) continue;
    const problem =
      (isDefinitions(keyword) ? expansionProblem(root, schema, [], 0, count) : null) ??
      definitionsProblem(root, schema, count);
    if (problem !== null) return problem;
  }
  return null;
}

const unresolved = (reference: unknown): string =>
  typeof reference === 'string' && reference.startsWith('#')
    ? `$ref ${JSON.stringify(reference)} does not name a schema in this document.`
    : `$ref ${JSON.stringify(reference)} is not supported: only references within the document, such as "#/$defs/name".`;

const annotations: ReadonlySet<string> = new Set([
  ...['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'],
  ...['$schema', '$id', '$comment', '$defs', 'definitions', '$ref'],
]);

/**
 * Returns a copy in which each reference is replaced by its target, without definitions; null for a
 * schema that `referenceProblem` rejects.
 */
export function inlineReferences(root: SchemaNode): Record<string, unknown> | null {
  if (referenceProblem(root) !== null) return null;
  const inline = (value: unknown): unknown => {
    if (!isNode(value)) return value;
    const { $ref, $defs: _, definitions: __, $schema: ___, $id: ____, ...own } = value;
    const kept = mapSubschemas(own, inline);
    if (typeof $ref !== 'string') return kept;
    const target = inline(resolveReference(root, $ref));
    if (!isNode(target)) return target;
    const isAnnotated = Object.keys(kept).every((keyword) => annotations.has(keyword));
    return isAnnotated ? { ...target, ...kept } : { ...kept, allOf: [...allOf(kept), target] };
  };
  return inline(root) as Record<string, unknown>;
}

const allOf = ({ allOf: list }: SchemaNode): readonly unknown[] =>
  Array.isArray(list) ? list : [];

export const hasReferences = (node: unknown): boolean =>
  isNode(node) &&
  (node.$ref !== undefined || [...subschemas(node)].some(({ schema }) => hasReferences(schema)));
