import type { Ctx } from '../platform/context.ts';
import type { ToolPin } from '../tools/index.ts';
import { findWorkspace } from '../workspaces/index.ts';
import { checkBases, checkConfig } from './check.ts';
import type { AgentConfig, AgentConfigPatch } from './config.ts';
import { configOf } from './create.ts';
import { defaultConfig, mergeConfig, parseConfig } from './merge-config.ts';
import { pinKnowledge } from './pin-knowledge.ts';
import { defaultModelFor } from './service.ts';
import { selectOwnBase } from './store.ts';
import { pinsFor, withExpandedTools } from './tools.ts';
import type { VersionRow } from './version-choice.ts';

/** An unsaved configuration with the tools that it would be saved with. */
export interface Preview {
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
}

/**
 * Returns the configuration of a version with a patch merged into it, checked as if it were saved. Stores nothing.
 * Throws `validation_failed`.
 */
export async function previewConfig(
  ctx: Ctx,
  version: VersionRow,
  given: AgentConfigPatch,
): Promise<Preview> {
  const patch = await withExpandedTools(ctx, given);
  const before = parseConfig(version.config);
  const model = await defaultModelFor(ctx, patch);
  // The default list of bases is read only where the patch resets it.
  const isReset = patch.knowledge === null || patch.knowledge?.base_ids === null;
  const own = isReset
    ? await selectOwnBase(ctx.db, ctx.workspace_id, version.agent_id).get()
    : undefined;
  const defaults = defaultConfig({ model, base_ids: own === undefined ? [] : [own.id] });
  const config = await pinKnowledge(ctx, mergeConfig(before, patch, defaults), patch);
  checkConfig(config);
  const tools = await pinsFor(ctx, patch.tools, version.tools);
  // The patch is part of a request for a run, so a missing base makes the request invalid.
  await checkBases(ctx, patch, before.knowledge.base_ids, 'validation_failed');
  return { config, tools };
}

/**
 * Returns the configuration that a new agent would have, checked as if it were created; its own base is not among its
 * bases. Stores nothing. Throws `validation_failed`.
 */
export async function previewAgent(ctx: Ctx, patch: AgentConfigPatch): Promise<Preview> {
  const { default_model } = await findWorkspace(ctx);
  const model = patch.model ?? default_model;
  const tools = await pinsFor(ctx, patch.tools ?? [], []);
  await checkBases(ctx, patch, [], 'validation_failed');
  const config = await pinKnowledge(ctx, configOf(patch, { model, base_ids: [] }), patch);
  return { config, tools };
}

/** Returns a configuration with a patch that resets nothing merged into it. */
export const previewAgentConfig = (config: AgentConfig, patch: AgentConfigPatch): AgentConfig =>
  mergeConfig(config, patch, config);
