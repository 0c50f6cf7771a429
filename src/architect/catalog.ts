import { listBases } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { listAvailableTools } from '../tools/index.ts';
import { findWorkspace } from '../workspaces/index.ts';

/** What a new agent of the workspace can use. */
export interface Catalog {
  readonly default_model: string;
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly effect: 'read' | 'write' | 'destructive';
  }[];
  readonly bases: readonly {
    readonly id: string;
    readonly name: string;
    readonly description: string;
  }[];
}

/** Knowledge bases and tools that a model reads about, at most. */
const maxBases = 50;
const maxTools = 60;

export async function readCatalog(ctx: Ctx): Promise<Catalog> {
  const [workspace, tools, bases] = await Promise.all([
    findWorkspace(ctx),
    listAvailableTools(ctx),
    listBases(ctx, { limit: maxBases }),
  ]);
  return {
    default_model: workspace.default_model,
    tools: tools.slice(0, maxTools),
    bases: bases.data.map(({ id, name, description }) => ({ id, name, description })),
  };
}
