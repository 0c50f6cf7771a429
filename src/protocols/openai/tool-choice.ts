import type { ClientTool } from '../../execution/index.ts';
import type { Overrides } from '../../runs/index.ts';
import { schemaProblem } from '../../shared/json-schema/index.ts';
import { unsupported } from './errors.ts';
import { toCheckable } from './json-schema.ts';

type Tool = {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly parameters?: Record<string, unknown> | null | undefined;
  readonly strict?: boolean | null | undefined;
};

type Choice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly name: string }
  | { readonly mode: 'auto' | 'required'; readonly names: readonly string[] };

type ToolUse = Pick<Overrides, 'tools' | 'tool_choice' | 'has_own_choice'>;

/**
 * Returns the client tools of a request and the tool choice. Throws `validation_failed` for an unsupported schema, a
 * duplicate name, and a choice that is not one of the tools.
 */
export function readTools(
  given: readonly { readonly at: string; readonly tool: Tool }[],
  choice: Choice | null,
): ToolUse {
  const tools = toClientTools(given);
  if (choice === null) return { tools };
  if (typeof choice === 'string') return { tools, tool_choice: { type: choice } };
  const names = 'name' in choice ? [choice.name] : choice.names;
  const unknown = names.find((name) => !tools.some((tool) => tool.name === name));
  if (unknown !== undefined)
    throw unsupported('/tool_choice', `Tool ${unknown} is not in \`tools\`.`);
  if ('name' in choice) return { tools, tool_choice: { type: 'tool', toolName: choice.name } };
  const allowed = tools.filter(({ name }) => names.includes(name));
  return {
    tools: allowed,
    tool_choice: { type: choice.mode },
    has_own_choice: choice.mode === 'required',
  };
}

function toClientTools(
  tools: readonly { readonly at: string; readonly tool: Tool }[],
): ClientTool[] {
  const seen = new Set<string>();
  return tools.map(({ at, tool: { name, description, parameters, strict } }) => {
    if (seen.has(name)) throw unsupported(`${at}/name`, 'Duplicate tool names are not supported.');
    seen.add(name);
    const schema = parameters ?? { type: 'object', properties: {} };
    const problem = schemaProblem(toCheckable(schema, `${at}/parameters`));
    if (problem !== null) throw unsupported(`${at}/parameters`, problem);
    return {
      name,
      description: description ?? '',
      input_schema: schema,
      ...(strict == null ? {} : { strict }),
    };
  });
}
