import type { ToolKind } from '../../db/schema/tool-pins.ts';
import { agentSource } from './agent.ts';
import { builtInSource } from './builtin.ts';
import { httpSource } from './http.ts';
import { mcpSource } from './mcp.ts';
import type { ToolSource } from './source.ts';

/** The source of each kind of tool, in the order in which names are looked up: those without a trip first. */
export const sources: { readonly [Kind in ToolKind]: ToolSource<Kind> } = {
  builtin: builtInSource,
  agent: agentSource,
  http: httpSource,
  mcp: mcpSource,
};

export const kinds = Object.keys(sources) as readonly ToolKind[];
