import { isNode, mapSubschemas, type SchemaNode } from './keywords.ts';
import { patternProblem } from './pattern.ts';
import { referenceProblem, resolveReference } from './references.ts';

/** Schemas below this depth accept everything. */
const maxDepth = 14;
/** Maximum number of schemas with each reference replaced by its target. */
const maxNodes = 2000;

const dropped: ReadonlySet<string> = new Set([
  ...['$anchor', '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor', '$id', 'id'],
]);

/**
 * Returns a schema of someone else without the parts that `schemaProblem` refuses and that only narrow it: patterns
 * that are slow or unknown, identifiers, references that are remote, recursive or point nowhere, and everything that is
 * nested deeper than 14 levels. It accepts whatever the original accepts.
 */
export function relaxSchema(schema: SchemaNode): SchemaNode {
  const relaxed = relaxNode(schema, 0) as SchemaNode;
  return referenceProblem(relaxed) === null ? relaxed : unfold(relaxed);
}

function relaxNode(schema: unknown, depth: number): unknown {
  if (!isNode(schema)) return schema;
  if (depth > maxDepth) return {};
  const { patternProperties } = schema;
  const names = isNode(patternProperties) ? Object.keys(patternProperties) : [];
  const slow = names.filter((name) => patternProblem(name) !== null);
  const kept = Object.entries(schema).filter(([keyword, value]) => {
    if (keyword === 'pattern') return typeof value === 'string' && patternProblem(value) === null;
    if (keyword === 'exclusiveMinimum' || keyword === 'exclusiveMaximum')
      return typeof value === 'number';
    if (keyword === 'additionalProperties' && value === false) return slow.length === 0;
    // `id` is also the name of a property, but only below `properties`, which is not a schema.
    return !dropped.has(keyword) || (keyword === 'id' && typeof value !== 'string');
  });
  const node: Record<string, unknown> = Object.fromEntries(kept);
  if (isNode(patternProperties) && slow.length > 0)
    node.patternProperties = Object.fromEntries(
      Object.entries(patternProperties).filter(([name]) => !slow.includes(name)),
    );
  return mapSubschemas(node, (inner) => relaxNode(inner, depth + 1));
}

/** Replaces references by their targets, and those that cannot be by a schema that accepts everything. */
function unfold(root: SchemaNode): SchemaNode {
  let nodes = 0;
  const visit = (value: unknown, open: readonly unknown[], depth: number): unknown => {
    if (!isNode(value)) return value;
    nodes += 1;
    if (nodes > maxNodes || depth > maxDepth) return {};
    const { $ref, $defs: _, definitions: __, ...own } = value;
    const kept = mapSubschemas(own, (inner) => visit(inner, [...open, value], depth + 1));
    if ($ref === undefined) return kept;
    const target = typeof $ref === 'string' ? resolveReference(root, $ref) : null;
    if (!isNode(target) || target === value || open.includes(target)) return kept;
    const inlined = visit(target, [...open, value], depth + 1);
    return isNode(inlined) ? { ...inlined, ...kept } : kept;
  };
  return visit(root, [], 0) as SchemaNode;
}
