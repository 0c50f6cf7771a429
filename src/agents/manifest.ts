import { batch } from '../db/client.ts';
import { type Ctx, coversAgent } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { toWireTime } from '../shared/time.ts';
import { pinTools, whyUnusable } from '../tools/index.ts';
import { findWorkspace } from '../workspaces/index.ts';
import { readAgent } from './change.ts';
import { addAgent, configOf, refuseRestricted } from './create.ts';
import { agentFieldsOf } from './fields.ts';
import { isDatasetFor } from './gate.ts';
import type { DuplicateAgent, ImportedAgent, Manifest } from './manifest-schema.ts';
import { parseConfig } from './merge-config.ts';
import { refusePurged, withRevisions } from './pin-knowledge.ts';
import { exportedPin, importedPins } from './portable-pins.ts';
import { type Agent, toAgent } from './schema.ts';
import { selectAgentDetail, selectBasesOf, selectSharedBases } from './store.ts';
import { withExpandedTools } from './tools.ts';

const maxBases = 10;
const maxNameChars = 100;
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Returns the start of a name, at most `length` UTF-16 units, cut between grapheme clusters. */
function startOf(name: string, length: number): string {
  let start = '';
  for (const { segment } of characters.segment(name)) {
    if (start.length + segment.length > length) break;
    start += segment;
  }
  return start.trimEnd();
}

/**
 * Creates a copy of an agent with its active configuration. The copy searches the same bases, and its own if fewer
 * than ten are configured. Pins to revisions are kept. Throws `not_found`, `slug_taken`, `forbidden`, and `conflict` when
 * such a revision has been purged.
 */
export async function duplicateAgent(
  ctx: Ctx,
  agent: string,
  input: DuplicateAgent,
): Promise<Agent> {
  refuseRestricted(ctx);
  const source = await readAgent(ctx, agent);
  const config = parseConfig(source.config);
  await refusePurged(ctx, config, `Version ${source.number}`);
  const { knowledge } = config;
  const name = input.name ?? `${startOf(source.name, maxNameChars - 7)} (copy)`;
  return addAgent(
    ctx,
    {
      ...agentFieldsOf(source),
      name,
      slug: input.slug,
      tools: source.tools,
      require_evaluation: source.require_evaluation,
      configure: (base_id) => ({
        ...config,
        knowledge: { ...knowledge, base_ids: [...knowledge.base_ids, base_id].slice(0, maxBases) },
      }),
    },
    { action: 'agent.duplicate', detail: { source: source.id, version: source.number } },
    toAgent,
  );
}

/** Returns the manifest of an agent with its active version, in one round trip. Throws `not_found`. */
export async function exportAgent(ctx: Ctx, agent: string): Promise<Manifest> {
  const [[row], bases] = await batch(ctx.db, [
    selectAgentDetail(ctx.db, ctx.workspace_id, agent),
    selectBasesOf(ctx.db, ctx.workspace_id, agent),
  ]);
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
  const { knowledge, ...config } = parseConfig(row.config);
  const { base_ids, revisions: _, ...settings } = knowledge;
  const named = base_ids.flatMap((id) => bases.filter((base) => base.id === id));
  return {
    kind: 'agentgrid.agent',
    format: 1,
    agent: { ...agentFieldsOf(row), slug: row.slug },
    config: { ...config, knowledge: settings },
    knowledge_bases: await Promise.all(
      named.map(async ({ id, name }) => ({
        name,
        is_own: id === row.base_id,
        ...(await exportedPin(id, knowledge)),
      })),
    ),
    ...(row.require_evaluation === null
      ? {}
      : { require_evaluation: row.require_evaluation as Manifest['require_evaluation'] }),
    exported_at: toWireTime(ctx.now()),
  };
}

/**
 * Creates an agent from a manifest. Bases and tools that this workspace does not have are left out and listed in
 * `warnings`. Throws `validation_failed`, `forbidden`.
 */
export async function importAgent(ctx: Ctx, manifest: Manifest): Promise<ImportedAgent> {
  refuseRestricted(ctx);
  const { agent, knowledge_bases } = manifest;
  const config = await withExpandedTools(ctx, manifest.config);
  const model = config.model ?? (await findWorkspace(ctx)).default_model;
  const { found, warnings: baseWarnings } = await findShared(ctx, knowledge_bases);
  const pinned = await importedPins(ctx, knowledge_bases, found);
  const { pins: found_pins, unknown } = await pinTools(ctx, config.tools ?? []);
  const unusable = await whyUnusable(ctx, found_pins);
  const pins = found_pins.filter(({ name }) => !unusable.has(name));
  const required = await importedRequirement(ctx, manifest);
  const warnings = [
    ...baseWarnings,
    ...required.warnings,
    ...pinned.warnings,
    ...unknown.map((name) => `Tool \`${name}\` does not exist in this workspace and was left out.`),
    ...[...unusable].map(([name, why]) => `Tool \`${name}\` was left out. ${why}`),
  ];
  const known = { ...config, tools: pins.map(({ name }) => name) };
  return addAgent(
    ctx,
    {
      ...agent,
      slug: undefined,
      slugLike: agent.slug,
      configure: (own) =>
        withRevisions(
          configOf(known, { model, base_ids: basesFor(knowledge_bases, found, own) }),
          pinned.revisions,
        ),
      tools: pins,
      require_evaluation: required.require_evaluation,
    },
    { action: 'agent.import', detail: { exported_at: manifest.exported_at ?? null } },
    (row) => ({
      ...toAgent(row),
      warnings:
        row.slug === agent.slug
          ? warnings
          : [...warnings, `Slug \`${agent.slug}\` is in use; the agent has slug \`${row.slug}\`.`],
    }),
  );
}

/** The requirement of a manifest, if the workspace has a dataset for agents of any kind with the id. */
async function importedRequirement(ctx: Ctx, { require_evaluation = null }: Manifest) {
  const none = { require_evaluation: null, warnings: [] as string[] };
  if (require_evaluation === null) return none;
  const { dataset_id } = require_evaluation;
  const warning = `Dataset \`${dataset_id}\` of \`require_evaluation\` does not exist in this workspace, or is of another agent; the requirement was left out.`;
  const exists = await isDatasetFor(ctx, null, dataset_id);
  return exists ? { ...none, require_evaluation } : { ...none, warnings: [warning] };
}

type Named = Manifest['knowledge_bases'];

/** Returns the ids of the bases of a manifest; `own` is that of the agent's own base. */
export const basesFor = (
  bases: Named,
  shared: ReadonlyMap<string, string>,
  own: string,
): string[] => [
  ...new Set(bases.flatMap(({ name, is_own }) => (is_own ? own : (shared.get(name) ?? [])))),
];

/** Finds shared bases by name. Adds a warning for a name that matches no base or several. */
export async function findShared(
  ctx: Ctx,
  bases: Named,
): Promise<{ found: Map<string, string>; warnings: string[] }> {
  const names = [...new Set(bases.filter(({ is_own }) => !is_own).map(({ name }) => name))];
  const rows =
    names.length === 0 ? [] : await selectSharedBases(ctx.db, ctx.workspace_id, names).all();
  const found = new Map<string, string>();
  const warnings: string[] = [];
  for (const name of names) {
    const [base, another] = rows.filter((row) => row.name === name);
    if (base === undefined)
      warnings.push(
        `Shared knowledge base \`${name}\` does not exist in this workspace and was left out.`,
      );
    else if (another === undefined) found.set(name, base.id);
    else
      warnings.push(`Several shared knowledge bases are named \`${name}\`; none of them was used.`);
  }
  return { found, warnings };
}
