import type { SQL } from 'drizzle-orm';
import type { PinOf, ToolKind } from '../../db/schema/tool-pins.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Effect } from '../definition.ts';
import type { CallableTool } from '../tool.ts';

export const pinStatuses = ['current', 'changed', 'deleted'] as const;
export type PinStatus = (typeof pinStatuses)[number];

/** A tool that a configuration of the workspace can name. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
}

/** The source of tools of one kind. `registry.ts` has one source for each kind of pin. */
export interface ToolSource<Kind extends ToolKind> {
  /** Lists the tools that a configuration can name; none that the caller may not use. */
  list(ctx: Ctx): Promise<readonly ListedTool[]>;
  /** Pins each tool at its current revision. Omits names that it does not have or the caller may not use. */
  pin(ctx: Ctx, names: readonly string[]): Promise<readonly PinOf<Kind>[]>;
  /** Returns why tools of these names cannot be used in the workspace, by name; absent for a kind whose tools always can. */
  whyUnusable?(ctx: Ctx, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Returns the pinned tools, ready to be called. Omits those that no longer exist. One trip at most. */
  resolve(ctx: Ctx, pins: readonly PinOf<Kind>[]): Promise<readonly CallableTool[]>;
  readonly status: StatusInCode<Kind> | StatusInDatabase;
}

/** For tools that are part of the deployment. */
interface StatusInCode<Kind extends ToolKind> {
  readonly where: 'code';
  of(pin: PinOf<Kind>): PinStatus;
}

/** For tools that are rows. `pin` is a row of `json_each`, whose `value` is the stored pin. */
export interface StatusInDatabase {
  readonly where: 'database';
  /** A scalar expression: the `PinStatus`. */
  status(pin: SQL): SQL;
  /**
   * A condition: the target of the pin exists in the workspace. Guards the insertion of a version.
   */
  exists(pin: SQL, workspace_id: string): SQL;
}
