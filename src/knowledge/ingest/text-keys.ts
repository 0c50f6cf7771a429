/** Key of the extracted text that the chunks of an attempt refer to. */
export const textKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/text-${attempt}`;

/** Key of the offsets at which its pages begin. A format without pages has none. */
export const pagesKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/pages-${attempt}`;

/** Attempts whose objects are removed in one call, which takes at most 1000 keys. */
const attemptsAtOnce = 450;

/** Keys of the texts of this attempt and those before it, except those of attempt `kept`. */
export const textKeys = (
  workspace_id: string,
  file_id: string,
  attempt: number,
  kept: number | null = null,
): string[] =>
  Array.from(
    { length: Math.min(Math.max(attempt, 0), attemptsAtOnce) },
    (_, index) => attempt - index,
  )
    .filter((one) => one > 0 && one !== kept)
    .flatMap((one) => [textKey(workspace_id, file_id, one), pagesKey(workspace_id, file_id, one)]);
