import type { Ctx } from '../../platform/context.ts';
import { validationFailed } from '../../shared/failure.ts';
import type { CaseContent } from './case.ts';
import { digestOf } from './case-schema.ts';
import { selectDigests, selectFileIds } from './store.ts';

export interface DigestedCase {
  readonly content: CaseContent;
  readonly digest: string;
}

export const withDigests = (contents: readonly CaseContent[]): Promise<DigestedCase[]> =>
  Promise.all(contents.map(async (content) => ({ content, digest: await digestOf(content) })));

export const noSuchFile = 'Must be a file of the workspace.';

/** Returns where the cases cite files that are not in the workspace. */
export async function missingFiles(
  ctx: Ctx,
  contents: readonly CaseContent[],
): Promise<{ readonly index: number; readonly pointer: string }[]> {
  const cited = contents.flatMap(({ expected }, index) =>
    (expected.citations ?? []).map(({ file_id }, at) => {
      return { index, file_id, pointer: `/expected/citations/${at}/file_id` };
    }),
  );
  if (cited.length === 0) return [];
  const ids = [...new Set(cited.map(({ file_id }) => file_id))];
  const known = new Set((await selectFileIds(ctx.db, ctx.workspace_id, ids)).map(({ id }) => id));
  return cited.filter(({ file_id }) => !known.has(file_id));
}

/** Throws `validation_failed` if the case cites files that are not in the workspace. */
export async function checkFiles(ctx: Ctx, content: CaseContent): Promise<void> {
  const missing = await missingFiles(ctx, [content]);
  if (missing.length > 0)
    throw validationFailed(missing.map(({ pointer }) => ({ pointer, detail: noSuchFile })));
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
