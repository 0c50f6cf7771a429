import type { McpDefinition, McpToolRules } from '../../db/schema/mcp.ts';
import type { Effect } from '../definition.ts';

export const isIncluded = ({ include, exclude }: McpToolRules, name: string): boolean =>
  (include === null || include.includes(name)) && !exclude.includes(name);

/**
 * Returns the effect of a tool: as configured, otherwise `write`. Annotations are claims of the server, so
 * they only make it stricter, unless the workspace trusts them (R40).
 */
export function effectOf(
  { effects, trust_read_only }: McpToolRules,
  name: string,
  { annotations }: Pick<McpDefinition, 'annotations'>,
): Effect {
  const configured = Object.hasOwn(effects, name) ? effects[name] : undefined;
  if (configured !== undefined) return configured;
  if (annotations.readOnlyHint === true) return trust_read_only ? 'read' : 'write';
  return annotations.destructiveHint === true ? 'destructive' : 'write';
}
