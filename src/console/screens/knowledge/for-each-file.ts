import { type File, Problem } from '../../../client/index.ts';

const atOnce = 4;

/** Applies a change to files, a few at a time. Returns how many succeeded, and the failures; throws when there is only one and it failed. */
export async function forEachFile(
  files: readonly File[],
  change: (file: File) => Promise<unknown>,
): Promise<{ readonly done: number; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  for (let index = 0; index < files.length; index += atOnce) {
    const some = files.slice(index, index + atOnce);
    const results = await Promise.allSettled(some.map(change));
    for (const result of results)
      if (result.status === 'rejected') problems.push(Problem.unreachable(result.reason));
  }
  const [first] = problems;
  if (first !== undefined && problems.length === files.length) throw first;
  return { done: files.length - problems.length, problems };
}
