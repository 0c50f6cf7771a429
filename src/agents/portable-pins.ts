import { latestRevisions } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { sha256 } from '../shared/digest.ts';
import type { AgentConfig } from './config.ts';
import type { Manifest } from './manifest-schema.ts';

type BaseName = Manifest['knowledge_bases'][number];

/** Identifies a base in a manifest without its id. */
const fingerprintOf = async (base_id: string): Promise<string> =>
  (await sha256(`knowledge base ${base_id}`)).slice(0, 16);

/** Returns the pin of a base for a manifest; nothing for one that is searched as it is. */
export async function exportedPin(
  base_id: string,
  { revisions }: AgentConfig['knowledge'],
): Promise<Pick<BaseName, 'pinned'>> {
  const revision = revisions?.[base_id];
  return revision === undefined
    ? {}
    : { pinned: { revision, fingerprint: await fingerprintOf(base_id) } };
}

/**
 * Returns the revisions that an agent of a manifest is pinned to; `own` is the id of its own base, undefined for a new agent. The revisions of a base mean nothing in another one, so a pin is
 * kept only for the base that it was exported from; the others are listed in `warnings`.
 */
export async function importedPins(
  ctx: Ctx,
  bases: readonly BaseName[],
  shared: ReadonlyMap<string, string>,
  own?: string,
): Promise<{ readonly revisions: Readonly<Record<string, number>>; readonly warnings: string[] }> {
  const pinned = bases.flatMap(({ name, is_own, pinned: pin }) => {
    const id = is_own ? own : shared.get(name);
    return pin == null || (!is_own && id === undefined) ? [] : [{ name, id, ...pin }];
  });
  const ids = pinned.flatMap(({ id }) => id ?? []);
  const known = ids.length === 0 ? new Map() : await latestRevisions(ctx, ids);
  const revisions: Record<string, number> = {};
  const warnings: string[] = [];
  for (const { name, id, revision, fingerprint } of pinned) {
    const range = id === undefined ? undefined : known.get(id);
    const isSame = id !== undefined && (await fingerprintOf(id)) === fingerprint;
    if (isSame && range !== undefined && revision >= range.oldest && revision <= range.latest)
      revisions[id] = revision;
    else
      warnings.push(
        isSame
          ? `Revision ${revision} of knowledge base \`${name}\` is no longer available; the agent searches the base as it is.`
          : `The manifest pins knowledge base \`${name}\` to revision ${revision} of another base; the agent searches its own as it is.`,
      );
  }
  return { revisions, warnings };
}
