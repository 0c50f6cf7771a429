import { evaluationsOfActivation, SearchSettings } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { canonicalJson } from '../shared/digest.ts';
import { parseConfig } from './config.ts';
import type { VersionContent } from './fields.ts';

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
  const { base_ids, settings } = searchOf(version);
  const before = searchOf(former);
  const isSame = canonicalJson(settings) === canonicalJson(before.settings);
  return evaluationsOfActivation(ctx, {
    agent_id: former.id,
    version_id: version.id,
    base_ids: base_ids.filter((id) => !isSame || !before.base_ids.includes(id)),
    settings,
  });
}

function searchOf({ config }: VersionContent) {
  const { base_ids, mode, top_k, min_score, reranker, filter } = parseConfig(config).knowledge;
  return { base_ids, settings: SearchSettings.parse({ mode, top_k, min_score, reranker, filter }) };
}
