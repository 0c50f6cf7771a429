import type { Ctx } from '../platform/context.ts';
import { canonicalJson, sha256 } from '../shared/digest.ts';
import { Failure, type Violation, validationFailed } from '../shared/failure.ts';
import type { ToolPin } from '../tools/index.ts';
import { findWorkspace } from '../workspaces/index.ts';
import { hashConfig } from './change.ts';
import { checkBases, checkConfig } from './check.ts';
import type { AgentConfig, AgentConfigPatch } from './config.ts';
import { configOf } from './create.ts';
import { type AgentFields, agentFieldsOf } from './fields.ts';
import { basesFor, findShared } from './manifest.ts';
import type { Manifest } from './manifest-schema.ts';
import { parseConfig } from './merge-config.ts';
import { refusePurged, withRevisions } from './pin-knowledge.ts';
import type { PlanAgent } from './plan-schema.ts';
import { importedPins } from './portable-pins.ts';
import { defaultModelFor, mergedConfig, usedBases } from './service.ts';
import type { AgentChanges, AgentDetailRow } from './store.ts';
import { pinsFor, withExpandedTools } from './tools.ts';

/** The agent that a manifest or a patch describes. */
export interface Wanted {
  /** The fields that change. */
  readonly fields: Partial<AgentFields> & Pick<AgentChanges, 'require_evaluation'>;
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
  readonly is_new_version: boolean;
  /** Parts of the manifest that cannot be followed. */
  readonly warnings: readonly string[];
  /** Identifies the change together with the revision of the agent. */
  readonly plan_hash: string;
}

type Content = Pick<Wanted, 'fields' | 'config' | 'tools' | 'warnings'>;

/**
 * Returns what a manifest or a patch makes of an agent, checked as if it were saved. Throws `validation_failed`, also
 * for tools and bases that do not exist, `tool_not_configured`, and `conflict` for purged revisions.
 */
export async function wantedOf(
  ctx: Ctx,
  row: AgentDetailRow,
  { manifest, config }: PlanAgent,
): Promise<Wanted> {
  const content =
    manifest === undefined
      ? await ofPatch(ctx, row, config ?? {})
      : await below('/manifest', () => ofManifest(ctx, row, manifest));
  await refusePurged(ctx, content.config, 'The new version');
  const config_hash = await hashConfig(content.config);
  const identity = {
    agent_id: row.id,
    revision: row.revision,
    fields: content.fields,
    config_hash,
    tools: content.tools,
  };
  return {
    ...content,
    is_new_version:
      canonicalJson(content.config) !== canonicalJson(parseConfig(row.config)) ||
      canonicalJson(content.tools) !== canonicalJson(row.tools),
    plan_hash: await sha256(canonicalJson(identity)),
  };
}

async function ofPatch(ctx: Ctx, row: AgentDetailRow, given: AgentConfigPatch): Promise<Content> {
  const patch = await withExpandedTools(ctx, given);
  const config = await mergedConfig(ctx, row, patch, await defaultModelFor(ctx, patch));
  checkConfig(config);
  const tools = await pinsFor(ctx, patch.tools, row.tools);
  await checkBases(ctx, patch, usedBases(row), 'validation_failed');
  return { fields: {}, config, tools, warnings: [] };
}

async function ofManifest(ctx: Ctx, row: AgentDetailRow, manifest: Manifest): Promise<Content> {
  const { agent } = manifest;
  if (agent.slug !== row.slug)
    throw validationFailed([
      { pointer: '/agent/slug', detail: `Must be \`${row.slug}\`, the slug of the agent.` },
    ]);
  const fields = Object.entries(agentFieldsOf(agent)).filter(
    ([name, value]) => canonicalJson(value) !== canonicalJson(row[name as keyof AgentFields]),
  );
  // A manifest without it keeps the gate, which others than its author may have set; null removes it.
  const { require_evaluation } = manifest;
  const isKept =
    require_evaluation === undefined ||
    canonicalJson(require_evaluation) === canonicalJson(row.require_evaluation);
  return {
    fields: { ...Object.fromEntries(fields), ...(isKept ? {} : { require_evaluation }) },
    ...(await resolve(ctx, manifest, row)),
  };
}

/** Returns the configuration and tools of a new agent from its manifest; its own base is not among the bases. Throws as `wantedOf`. */
export const wantedOfNew = (
  ctx: Ctx,
  manifest: Manifest,
): Promise<Pick<Wanted, 'config' | 'tools' | 'warnings'>> =>
  below('/manifest', () => resolve(ctx, manifest, null));

async function resolve(
  ctx: Ctx,
  { config, knowledge_bases }: Manifest,
  row: AgentDetailRow | null,
): Promise<Pick<Wanted, 'config' | 'tools' | 'warnings'>> {
  const patch = await withExpandedTools(ctx, config);
  const model = patch.model ?? (await findWorkspace(ctx)).default_model;
  const { found } = await findShared(ctx, knowledge_bases);
  const base_ids = await basesOf(ctx, row, knowledge_bases, found);
  const pins = await importedPins(ctx, knowledge_bases, found, row?.base_id);
  return {
    config: withRevisions(configOf(patch, { model, base_ids }), pins.revisions),
    tools: await pinsFor(ctx, patch.tools ?? [], row?.tools ?? []),
    warnings: pins.warnings,
  };
}

/** Returns the ids of the bases that a manifest names. Throws `validation_failed` where a name is not that of one base. */
async function basesOf(
  ctx: Ctx,
  row: AgentDetailRow | null,
  named: Manifest['knowledge_bases'],
  found: ReadonlyMap<string, string>,
): Promise<string[]> {
  const errors = named.flatMap(({ name, is_own }, index): Violation[] =>
    is_own || found.has(name)
      ? []
      : [
          {
            pointer: `/knowledge_bases/${index}/name`,
            detail: `Must be the name of one shared knowledge base; none or several are named \`${name}\`.`,
          },
        ],
  );
  if (errors.length > 0) throw validationFailed(errors);
  const base_ids =
    row === null
      ? basesFor(
          named.filter(({ is_own }) => !is_own),
          found,
          '',
        )
      : basesFor(named, found, row.base_id);
  const used = row === null ? [] : usedBases(row);
  await checkBases(ctx, { knowledge: { base_ids } }, used, 'validation_failed');
  return base_ids;
}

/** Reports violations with pointers below `parent`. */
async function below<Result>(parent: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.options.errors === undefined) throw error;
    throw new Failure(error.code, error.message, {
      ...error.options,
      errors: error.options.errors.map((one) => ({ ...one, pointer: `${parent}${one.pointer}` })),
    });
  }
}
