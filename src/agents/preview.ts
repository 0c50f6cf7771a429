import type { Ctx } from '../platform/context.ts';
import type { ToolPin } from '../tools/index.ts';
import { checkBases, checkConfig } from './check.ts';
import {
  type AgentConfig,
  type AgentConfigPatch,
  defaultConfig,
  mergeConfig,
  parseConfig,
} from './config.ts';
import { defaultModelFor } from './service.ts';
import { selectOwnBase } from './store.ts';
import { pinsFor } from './tools.ts';
import type { VersionRow } from './version-choice.ts';

/** A configuration that is tried and not kept, with the tools it would be saved with. */
export interface Preview {
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
}

/**
 * A version with a part of its configuration changed, checked as if it were to be saved. Nothing is
 * stored. Throws `validation_failed`.
 */
export async function previewConfig(
  ctx: Ctx,
  version: VersionRow,
  patch: AgentConfigPatch,
): Promise<Preview> {
  const before = parseConfig(version.config);
  const model = await defaultModelFor(ctx, patch);
  // Only where a base list goes back to its default is it needed to know what that is.
  const isReset = patch.knowledge === null || patch.knowledge?.base_ids === null;
  const own = isReset
    ? await selectOwnBase(ctx.db, ctx.workspace_id, version.agent_id).get()
    : undefined;
  const config = mergeConfig(
    before,
    patch,
    defaultConfig({ model, base_ids: own === undefined ? [] : [own.id] }),
  );
  checkConfig(config);
  const tools = await pinsFor(ctx, patch.tools, version.tools);
  // Of a run that is asked for, not of the agent, so what is not there is a fault of the request.
  await checkBases(ctx, patch, before.knowledge.base_ids, 'validation_failed');
  return { config, tools };
}
