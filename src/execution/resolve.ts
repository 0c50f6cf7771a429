import type { Ctx } from '../platform/context.ts';
import { type CallableTool, resolvePins, type ToolPin } from '../tools/index.ts';
import type { RunAgent } from './delegate.ts';
import { withoutInvisible } from './invisible.ts';
import { toolServices } from './services.ts';
import type { Tool } from './tool.ts';

export interface ToolPorts {
  /** Runs another agent. */
  readonly runAgent: RunAgent;
}

/** Returns the tools that a version has pinned, in its order. Takes one trip; none when all are built in. */
export const resolveTools = async (
  ctx: Ctx,
  pins: readonly ToolPin[],
  ports: ToolPorts,
): Promise<Tool[]> => (await resolvePins(ctx, pins)).map((tool) => toTool(tool, ports));

/** Gives a tool its context and removes invisible characters from its result, which is untrusted text (R43). */
const toTool = (tool: CallableTool, { runAgent }: ToolPorts): Tool => ({
  name: tool.name,
  description: tool.description,
  input_schema: tool.input_schema,
  effect: tool.effect,
  async run(ctx, call) {
    const { tool_call_id, attribution, signal } = call;
    const services = toolServices(ctx, call, runAgent);
    const context = { tool_call_id, attribution, signal, services };
    const outcome = await tool.run(ctx, call.input, context);
    return outcome.ok
      ? { ...outcome, output: withoutInvisible(outcome.output) }
      : { ...outcome, error: withoutInvisible(outcome.error) as string };
  },
});
