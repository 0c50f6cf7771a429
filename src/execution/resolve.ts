import type { JSONSchema7 } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { callHttpTool, type PinnedTool, readPinned, type ToolPin } from '../tools/index.ts';
import { agentTool, type RunAgent } from './builtin/agent.ts';
import { calculator } from './builtin/calculator.ts';
import { currentTime } from './builtin/current-time.ts';
import { fetchUrl } from './builtin/fetch-url.ts';
import { knowledgeSearch } from './builtin/knowledge-search.ts';
import { withoutInvisible } from './invisible.ts';
import type { Tool, ToolOutcome } from './tool.ts';

export interface ToolPorts {
  /** How another agent is run; without it no agent can be asked. */
  readonly runAgent?: RunAgent;
}

const builtIns: readonly Tool[] = [knowledgeSearch, fetchUrl, calculator, currentTime];

/** The tools that a version pinned, in its order; one trip, none when all are built in. */
export async function resolveTools(
  ctx: Ctx,
  pins: readonly ToolPin[],
  { runAgent }: ToolPorts = {},
): Promise<Tool[]> {
  const known = [...builtIns, ...(runAgent === undefined ? [] : [agentTool(runAgent)])];
  const pinned = new Map((await readPinned(ctx, pins)).map((one) => [one.pin.name, one]));
  return pins.flatMap((pin) => {
    const own = pinned.get(pin.name);
    const tool =
      'builtin' in pin
        ? known.find(({ name }) => name === pin.name)
        : own === undefined
          ? undefined
          : httpTool(own);
    if (tool === undefined) ctx.log.warn('tool_not_resolved', { tool: pin.name });
    return tool === undefined ? [] : [guarded(tool)];
  });
}

const httpTool = ({ pin, effect, definition, secrets }: PinnedTool): Tool => ({
  name: pin.name,
  description: definition.description,
  input_schema: definition.input_schema as JSONSchema7,
  effect,
  async run(ctx, { input, signal }): Promise<ToolOutcome> {
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

/** Whatever a tool says is somebody else's text: what nobody can see in it, no model gets to read (R43). */
const guarded = (tool: Tool): Tool => ({
  ...tool,
  async run(ctx, call) {
    const outcome = await tool.run(ctx, call);
    return outcome.ok
      ? { ...outcome, output: withoutInvisible(outcome.output) }
      : { ...outcome, error: withoutInvisible(outcome.error) as string };
  },
});
