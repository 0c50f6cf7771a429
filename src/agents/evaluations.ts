import { evaluationsOfActivation, SearchSettings } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { canonicalJson } from '../shared/digest.ts';
import type { VersionContent } from './fields.ts';
import { parseConfig } from './merge-config.ts';

/**
 * Statements and jobs that evaluate the search of a version that is activated: of the bases that the version before
 * it did not search, or not with these settings.
 */
export function evaluationsFor(
  ctx: Ctx,
  former: VersionContent & { readonly id: string },
  version: (VersionContent & { readonly id: string }) | undefined,
) {
  if (version === undefined) return { statements: [], jobs: [] };
  const before = new Map([...searchesOf(former)].map(([id, one]) => [id, canonicalJson(one)]));
  const changed = [...searchesOf(version)].filter(
    ([id, one]) => before.get(id) !== canonicalJson(one),
  );
  return evaluationsOfActivation(
    ctx,
    { agent_id: former.id, version_id: version.id },
    new Map(changed),
  );
}

/** The settings with which a version searches each of its bases. */
function searchesOf({ config }: VersionContent): Map<string, SearchSettings> {
  const { base_ids, revisions, ...knowledge } = parseConfig(config).knowledge;
  const { mode, top_k, min_score, reranker, filter, diversity, context_tokens } = knowledge;
  const settings = { mode, top_k, min_score, reranker, filter, diversity, context_tokens };
  return new Map(
    base_ids.map((id) => [
      id,
      SearchSettings.parse({ ...settings, revision: revisions?.[id] ?? null }),
    ]),
  );
}
