import { latestRevisions, lostPin } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure, type Violation, validationFailed } from '../shared/failure.ts';
import type { AgentConfig, AgentConfigPatch } from './config.ts';

/**
 * Returns a configuration whose revisions are those of a new version: `latest` in the patch becomes numbers, and
 * bases that the configuration no longer names are left out. Throws `validation_failed` for revisions in the patch
 * that do not exist.
 */
export async function pinKnowledge(
  ctx: Ctx,
  config: AgentConfig,
  patch: AgentConfigPatch | undefined,
): Promise<AgentConfig> {
  const given = patch?.knowledge?.revisions;
  const { base_ids } = config.knowledge;
  if (given === 'latest') {
    const latest = await latestRevisions(ctx, base_ids);
    // The own base of a new agent is not stored yet.
    return withRevisions(
      config,
      Object.fromEntries(base_ids.map((id) => [id, latest.get(id)?.latest ?? 0])),
    );
  }
  if (given !== undefined && given !== null) await checkGiven(ctx, given, base_ids);
  const { revisions } = config.knowledge;
  if (revisions === null) return config;
  const named = Object.entries(revisions).filter(([id]) => base_ids.includes(id));
  return withRevisions(config, Object.fromEntries(named));
}

/** Pins a configuration; an empty record is none. */
export const withRevisions = (
  config: AgentConfig,
  revisions: Readonly<Record<string, number>>,
): AgentConfig => ({
  ...config,
  knowledge: {
    ...config.knowledge,
    revisions: Object.keys(revisions).length === 0 ? null : revisions,
  },
});

async function checkGiven(
  ctx: Ctx,
  revisions: Readonly<Record<string, number>>,
  base_ids: readonly string[],
): Promise<void> {
  const known = await latestRevisions(ctx, Object.keys(revisions));
  const errors = Object.entries(revisions).flatMap(([id, revision]): Violation[] => {
    const pointer = `/config/knowledge/revisions/${id}`;
    const base = known.get(id);
    if (!base_ids.includes(id)) return [{ pointer, detail: 'Is not one of `base_ids`.' }];
    // A base that does not exist is reported with `base_ids`.
    if (base === undefined) return [];
    if (revision > base.latest)
      return [{ pointer, detail: `Must be at most ${base.latest}, the latest revision.` }];
    return revision < base.oldest
      ? [
          {
            pointer,
            detail: `Must be at least ${base.oldest}; earlier revisions have been purged.`,
          },
        ]
      : [];
  });
  if (errors.length > 0) throw validationFailed(errors);
}

/**
 * Throws `conflict` for a version, named as in the error, that is pinned to a revision which is not available any
 * longer: it could not answer.
 */
export async function refusePurged(
  ctx: Ctx,
  { knowledge }: AgentConfig,
  name: string,
): Promise<void> {
  if (knowledge.revisions === null) return;
  const lost = await lostPin(ctx, knowledge.base_ids, knowledge.revisions);
  if (lost === null) return;
  const { detail, ...extra } = lost;
  throw new Failure(
    'conflict',
    `${name} is pinned to a revision of its knowledge that is not available any longer. ${detail} Pin a version to others with \`knowledge.revisions\`.`,
    { extra },
  );
}
