import type { JSONSchema7 } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import {
  builtIns,
  type CallableTool,
  callHttpTool,
  type PinnedTool,
  readPinned,
  type ToolPin,
} from '../tools/index.ts';
import type { RunAgent } from './delegate.ts';
import { withoutInvisible } from './invisible.ts';
import { toolServices } from './services.ts';
import type { Tool } from './tool.ts';

export interface ToolPorts {
  /** Runs another agent. */
  readonly runAgent: RunAgent;
}

/** Returns the tools that a version has pinned, in its order. Takes one trip; none when all are built in. */
export async function resolveTools(
  ctx: Ctx,
  pins: readonly ToolPin[],
  ports: ToolPorts,
): Promise<Tool[]> {
  const pinned = new Map((await readPinned(ctx, pins)).map((one) => [one.pin.name, one]));
  return pins.flatMap((pin) => {
    const own = pinned.get(pin.name);
    const tool =
      'builtin' in pin
        ? builtIns.find(({ name }) => name === pin.name)
        : own === undefined
          ? undefined
          : httpTool(own);
    if (tool === undefined) ctx.log.warn('tool_not_resolved', { tool: pin.name });
    return tool === undefined ? [] : [toTool(tool, ports)];
  });
}

const httpTool = ({ pin, effect, definition, secrets }: PinnedTool): CallableTool => ({
  name: pin.name,
  description: definition.description,
  input_schema: definition.input_schema as JSONSchema7,
  effect,
  async run(ctx, input, { signal }) {
    const result = await callHttpTool(
      ctx,
      definition,
      secrets,
      input as Record<string, unknown>,
      signal,
    );
    return result.ok ? { ok: true, output: result.output } : { ok: false, error: result.error };
  },
});

/** Gives a tool its context and removes invisible characters from its result, which is untrusted text (R43). */
const toTool = (tool: CallableTool, { runAgent }: ToolPorts): Tool => ({
  name: tool.name,
  description: tool.description,
  input_schema: tool.input_schema,
  effect: tool.effect,
  async run(ctx, call) {
    const { tool_call_id, attribution, signal } = call;
    const services = toolServices(ctx, call, runAgent);
    const outcome = await tool.run(ctx, call.input, {
      tool_call_id,
      attribution,
      signal,
      services,
    });
    return outcome.ok
      ? { ...outcome, output: withoutInvisible(outcome.output) }
      : { ...outcome, error: withoutInvisible(outcome.error) as string };
  },
});
