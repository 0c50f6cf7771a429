import type { ToolPin } from '../db/schema/tools.ts';
import type { Ctx } from '../platform/context.ts';
import { coversAgent } from '../platform/context.ts';
import { availableBuiltIns, type Definition, type Effect } from './definition.ts';
import type { SealedSecret } from './http-call.ts';
import { type PinState, selectPinned, selectPinStates, selectToolsByName } from './store.ts';

/**
 * Each name at the tool's current revision; a name that the caller may not use, or that is of no tool,
 * is in `unknown`. No trip when all are built in.
 */
export async function pinTools(
  ctx: Ctx,
  names: readonly string[],
): Promise<{ readonly pins: ToolPin[]; readonly unknown: string[] }> {
  const own = names.filter((name) => !availableBuiltIns.includes(name));
  const isAllowed = own.length > 0 && coversAgent(ctx.actor, null);
  const rows = isAllowed ? await selectToolsByName(ctx.db, ctx.workspace_id, own).all() : [];
  const byName = new Map(rows.map((row) => [row.name, row]));
  const pins = names.flatMap((name): ToolPin[] => {
    if (availableBuiltIns.includes(name)) return [{ name, builtin: true }];
    const row = byName.get(name);
    return row === undefined ? [] : [{ name, tool_id: row.id, revision: row.revision }];
  });
  return { pins, unknown: own.filter((name) => !byName.has(name)) };
}

/** How pins stand to the tools as they are now. No trip when all are built in. */
export async function readPinStates(ctx: Ctx, pins: readonly ToolPin[]): Promise<PinState[]> {
  if (pins.every((pin) => 'builtin' in pin))
    return pins.map(({ name }) => ({ name, tool_id: null, revision: null, status: 'current' }));
  return (await selectPinStates(ctx.db, pins).get())?.states ?? [];
}

export interface PinnedTool {
  readonly pin: Extract<ToolPin, { readonly tool_id: string }>;
  readonly status: PinState['status'];
  readonly effect: Effect;
  readonly definition: Definition;
  readonly secrets: readonly SealedSecret[];
}

/** The stored revisions behind pins, in their order, in one trip; without those that are built in. */
export async function readPinned(ctx: Ctx, pins: readonly ToolPin[]): Promise<PinnedTool[]> {
  const own = pins.filter((pin): pin is PinnedTool['pin'] => 'tool_id' in pin);
  if (own.length === 0) return [];
  const rows = await selectPinned(ctx.db, ctx.workspace_id, own);
  const byKey = new Map(rows.map((row) => [`${row.tool_id}:${row.revision}`, row]));
  return own.flatMap((pin) => {
    const row = byKey.get(`${pin.tool_id}:${pin.revision}`);
    if (row === undefined) return [];
    const status =
      row.is_deleted === 1 ? 'deleted' : row.current === row.revision ? 'current' : 'changed';
    return [
      {
        pin,
        status,
        effect: row.effect,
        definition: row.definition as unknown as Definition,
        secrets: row.secrets,
      },
    ];
  });
}
