import { Failure } from '../../shared/failure.ts';
import type { BaseRow } from '../base-store.ts';
import type { Revisions } from './visible-at.ts';

/** A revision whose content a base does not hold completely. */
export interface LostRevision {
  readonly detail: string;
  readonly base_id: string;
  readonly revision: number;
  /** Null for a base that does not exist any longer. */
  readonly oldest_revision: number | null;
  readonly latest_revision: number | null;
}

/** Throws `revision_purged` when a base does not hold all content of its revision any longer. */
export function checkRevisions(
  bases: readonly BaseRow[],
  base_ids: readonly string[],
  revisions: Revisions,
): void {
  const lost = lostRevision(bases, base_ids, revisions);
  if (lost === null) return;
  const { detail, ...extra } = lost;
  throw new Failure('revision_purged', detail, { extra });
}

/** Throws `revision_purged` for a revision of one base. */
export const checkRevision = (base: BaseRow, revision: number): void =>
  checkRevisions([base], [base.id], { [base.id]: revision });

/** Returns the first of the revisions that a base does not hold; null for none. */
export function lostRevision(
  bases: readonly BaseRow[],
  base_ids: readonly string[],
  revisions: Revisions,
): LostRevision | null {
  for (const base_id of base_ids) {
    const revision = revisions[base_id];
    if (revision === undefined) continue;
    const base = bases.find((row) => row.id === base_id);
    if (base !== undefined && revision >= base.oldest_revision && revision <= base.revision)
      continue;
    return {
      ...{ detail: detailOf(base_id, revision, base), base_id, revision },
      oldest_revision: base?.oldest_revision ?? null,
      latest_revision: base?.revision ?? null,
    };
  }
  return null;
}

function detailOf(id: string, revision: number, base: BaseRow | undefined): string {
  if (base === undefined) return `Knowledge base ${id} does not exist any longer.`;
  return revision > base.revision
    ? `Knowledge base ${id} has no revision ${revision}; the latest is ${base.revision}.`
    : `Revision ${revision} of knowledge base ${id} has been purged; the oldest available is ${base.oldest_revision}.`;
}
