/** Key of the extracted text that the chunks of an attempt refer to. */
export const textKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/text-${attempt}`;

/** Key of the offsets at which its pages begin. A format without pages has none. */
export const pagesKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/pages-${attempt}`;

/** Key of where the words of its pages stand. Only some formats have it. */
export const layoutKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/layout-${attempt}`;

/** Key of the sizes of its pages, and of the bytes that each of them has in the layout. */
export const sheetsKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/sheets-${attempt}`;

/** Keys of all objects of one attempt. */
export const attemptKeys = (workspace_id: string, file_id: string, attempt: number): string[] =>
  [textKey, pagesKey, layoutKey, sheetsKey].map((key) => key(workspace_id, file_id, attempt));

/** Attempts whose objects are removed in one call, which takes at most 1000 keys. */
export const attemptsAtOnce = 240;

/** Keys of the objects of this attempt and those before it, except those of the attempts `kept`. */
export const textKeys = (
  workspace_id: string,
  file_id: string,
  attempt: number,
  kept: ReadonlySet<number> = new Set(),
): string[] =>
  Array.from(
    { length: Math.min(Math.max(attempt, 0), attemptsAtOnce) },
    (_, index) => attempt - index,
  )
    .filter((one) => one > 0 && !kept.has(one))
    .flatMap((one) => attemptKeys(workspace_id, file_id, one));
