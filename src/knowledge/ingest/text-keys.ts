/** Key of the extracted text that the chunks of an attempt refer to. */
export const textKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/text-${attempt}`;

/** Keys of the texts of this attempt and those before it. */
export const textKeys = (workspace_id: string, file_id: string, attempt: number): string[] =>
  Array.from({ length: Math.min(attempt, 900) }, (_, index) =>
    textKey(workspace_id, file_id, attempt - index),
  ).filter((key) => !key.endsWith('text-0'));
