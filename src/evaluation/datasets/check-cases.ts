import type { Ctx } from '../../platform/context.ts';
import type { Violation } from '../../shared/failure.ts';
import type { CaseContent } from './case.ts';
import { digestOf } from './case-schema.ts';
import { selectDigests, selectFileIds } from './store.ts';

export interface DigestedCase {
  readonly content: CaseContent;
  readonly digest: string;
}

export const withDigests = (contents: readonly CaseContent[]): Promise<DigestedCase[]> =>
  Promise.all(contents.map(async (content) => ({ content, digest: await digestOf(content) })));

/** Returns a violation for each cited file that is not in the workspace; `placeOf` names its case. */
export async function missingFiles(
  ctx: Ctx,
  contents: readonly CaseContent[],
  placeOf: (index: number, path: string) => Violation,
): Promise<Violation[]> {
  const cited = contents.map(({ expected }) =>
    (expected.citations ?? []).map(({ file_id }) => file_id),
  );
  const ids = [...new Set(cited.flat())];
  if (ids.length === 0) return [];
  const known = new Set((await selectFileIds(ctx.db, ctx.workspace_id, ids)).map(({ id }) => id));
  return cited.flatMap((files, index) =>
    files.flatMap((id, at) =>
      known.has(id) ? [] : [placeOf(index, `/expected/citations/${at}/file_id`)],
    ),
  );
}

/** Returns the ids of the current cases of a dataset by digest, among the given digests. */
export const storedDigests = async (
  ctx: Ctx,
  dataset_id: string,
  cases: readonly DigestedCase[],
): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (
      await selectDigests(
        ctx.db,
        ctx.workspace_id,
        dataset_id,
        cases.map(({ digest }) => digest),
      ).all()
    ).map(({ id, digest }) => [digest, id]),
  );
