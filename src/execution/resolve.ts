import type { Ctx } from '../platform/context.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { withoutInvisible } from '../shared/invisible.ts';
import { type CallableTool, resolvePins, type ToolPin, type ToolProgress } from '../tools/index.ts';
import { type ToolPorts, toolServices } from './services.ts';
import type { Tool } from './tool.ts';
import { withVisibleImages } from './tool-images.ts';

/** Returns the tools that a version has pinned, in its order. Takes one trip; none when all are built in. */
export async function resolveTools(
  ctx: Ctx,
  pins: readonly ToolPin[],
  ports: ToolPorts = {},
): Promise<Tool[]> {
  const usable = pins.filter(({ kind }) => kind !== 'agent' || ports.runAgent !== undefined);
  return (await resolvePins(ctx, usable)).map((tool) => toTool(tool, ports));
}

const definitionOf = ({
  name,
  description,
  input_schema,
  effect,
  revision,
  is_trusted = false,
  takes_text = true,
  hostsOf,
  has_fixed_hosts = false,
  opens,
}: CallableTool) => ({
  ...{ name, description, input_schema, effect, revision, is_trusted, takes_text },
  ...{ has_fixed_hosts, ...definedFields({ hostsOf, opens }) },
});

/** Gives a tool its context and removes invisible characters from its result, which is untrusted text (R43). */
const toTool = (tool: CallableTool, ports: ToolPorts): Tool => ({
  ...definitionOf(tool),
  async run(ctx, call) {
    const { tool_call_id, attribution, signal, reportCall, can_ask } = call;
    const given = call.given?.get(tool_call_id);
    const services = toolServices(ctx, call, ports);
    const context = {
      ...{ tool_call_id, attribution, signal, services, can_ask },
      ...(given === undefined ? {} : { given }),
      ...(reportCall === undefined
        ? {}
        : { report: (progress: ToolProgress) => reportCall(tool_call_id, progress) }),
    };
    const outcome = withVisibleImages(await tool.run(ctx, call.input, context), call.config);
    return outcome.ok
      ? { ...outcome, output: withoutInvisible(outcome.output) }
      : { ...outcome, error: withoutInvisible(outcome.error) as string };
  },
});
