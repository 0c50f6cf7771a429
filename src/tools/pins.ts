import type { PinOf, ToolKind, ToolPin } from '../db/schema/tool-pins.ts';
import type { Ctx } from '../platform/context.ts';
import { type PinState, pinStateInCode, selectPinStates } from './pin-states.ts';
import { kinds, sources } from './sources/registry.ts';
import type { ListedTool } from './sources/source.ts';
import type { CallableTool } from './tool.ts';

/** Lists the tools of every kind that a configuration can name. */
export async function listAvailableTools(ctx: Ctx): Promise<readonly ListedTool[]> {
  return (await Promise.all(kinds.map((kind) => sources[kind].list(ctx)))).flat();
}

/**
 * Pins each name at the current revision of its tool. Names that no source has, or that the caller may
 * not use, are in `unknown`. Takes no trip when all tools are built in.
 */
export async function pinTools(
  ctx: Ctx,
  names: readonly string[],
): Promise<{ readonly pins: readonly ToolPin[]; readonly unknown: readonly string[] }> {
  const byName = new Map<string, ToolPin>();
  const missing = () => names.filter((name) => !byName.has(name));
  for (const kind of kinds) {
    const wanted = missing();
    if (wanted.length === 0) break;
    for (const pin of await sources[kind].pin(ctx, wanted)) byName.set(pin.name, pin);
  }
  return { pins: names.flatMap((name) => byName.get(name) ?? []), unknown: missing() };
}

/**
 * Returns why pinned tools cannot be used in the workspace as it is, by name. Takes no trip for tools that depend on no
 * settings.
 */
export async function whyUnusable(
  ctx: Ctx,
  pins: readonly ToolPin[],
): Promise<ReadonlyMap<string, string>> {
  const reasons = await Promise.all(
    kinds.map(async (kind) => {
      const names = pins.filter((pin) => pin.kind === kind).map(({ name }) => name);
      return names.length === 0 ? undefined : sources[kind].whyUnusable?.(ctx, names);
    }),
  );
  return new Map(reasons.flatMap((found) => [...(found ?? [])]));
}

/** Returns the status of each pin. Takes no trip when all tools are part of the deployment. */
export async function readPinStates(
  ctx: Ctx,
  pins: readonly ToolPin[],
): Promise<readonly PinState[]> {
  const known = pins.flatMap((pin) => pinStateInCode(pin) ?? []);
  if (known.length === pins.length) return known;
  return (await selectPinStates(ctx.db, pins).get())?.states ?? [];
}

/** Returns the pinned tools in the order of the pins; logs and omits those that no longer exist. */
export async function resolvePins(
  ctx: Ctx,
  pins: readonly ToolPin[],
): Promise<readonly CallableTool[]> {
  const found = await Promise.all(kinds.map((kind) => resolveKind(ctx, kind, pins)));
  const byName = new Map(found.flat().map((tool) => [tool.name, tool]));
  return pins.flatMap(({ name, kind }) => {
    const tool = byName.get(name);
    if (tool === undefined) ctx.log.warn('tool_not_resolved', { tool: name, kind });
    return tool ?? [];
  });
}

async function resolveKind<Kind extends ToolKind>(
  ctx: Ctx,
  kind: Kind,
  pins: readonly ToolPin[],
): Promise<readonly CallableTool[]> {
  const own = pins.filter((pin): pin is PinOf<Kind> => pin.kind === kind);
  return own.length === 0 ? [] : sources[kind].resolve(ctx, own);
}
