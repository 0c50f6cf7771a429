/** Key of the extracted text that the chunks of an attempt refer to. */
export const textKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/text-${attempt}`;

/** Key of the offsets at which its pages begin. A format without pages has none. */
export const pagesKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/pages-${attempt}`;

/** Keys of what an attempt has extracted. */
export const textKeysOf = (workspace_id: string, file_id: string, attempt: number): string[] => [
  textKey(workspace_id, file_id, attempt),
  pagesKey(workspace_id, file_id, attempt),
];

/** Attempts whose objects are removed in one call, which takes at most 1000 keys. */
export const attemptsAtOnce = 450;

/** Keys of the texts of this attempt and those before it, except those of the attempts `kept`. */
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
    .flatMap((one) => textKeysOf(workspace_id, file_id, one));
