import { Failure } from '../../shared/failure.ts';
import type { BaseRow } from '../base-store.ts';
import type { Revisions } from './visible-at.ts';

/** Throws `revision_purged` when a base does not hold all content of its revision any longer. */
export function checkRevisions(
  bases: readonly BaseRow[],
  base_ids: readonly string[],
  revisions: Revisions,
): void {
  for (const id of base_ids) {
    const revision = revisions[id];
    if (revision === undefined) continue;
    const base = bases.find((row) => row.id === id);
    if (base === undefined || revision < base.oldest_revision || revision > base.revision)
      throw revisionPurged(id, revision, base);
  }
}

/** Throws `revision_purged` for a revision of one base. */
export const checkRevision = (base: BaseRow, revision: number): void =>
  checkRevisions([base], [base.id], { [base.id]: revision });

function revisionPurged(id: string, revision: number, base: BaseRow | undefined): Failure {
  const detail =
    base === undefined
      ? `Knowledge base ${id} does not exist any longer.`
      : revision > base.revision
        ? `Knowledge base ${id} has no revision ${revision}; the latest is ${base.revision}.`
        : `Revision ${revision} of knowledge base ${id} has been purged; the oldest available is ${base.oldest_revision}.`;
  return new Failure('revision_purged', detail, {
    extra: {
      base_id: id,
      oldest_revision: base?.oldest_revision ?? null,
      latest_revision: base?.revision ?? null,
    },
  });
}
