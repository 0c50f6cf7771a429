/** The extracted text that the chunks of an attempt are slices of. */
export const textKey = (workspace_id: string, file_id: string, attempt: number): string =>
  `${workspace_id}/${file_id}/text-${attempt}`;

/** Text objects of all attempts from 1 up to this one. */
export const textKeys = (workspace_id: string, file_id: string, attempt: number): string[] =>
  Array.from({ length: Math.min(attempt, 900) }, (_, index) =>
    textKey(workspace_id, file_id, attempt - index),
  ).filter((key) => !key.endsWith('text-0'));
