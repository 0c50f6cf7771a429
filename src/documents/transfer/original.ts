/** Key of an original in the file store. Keys consist of ids only. */
export const originalKey = (workspace_id: string, id: string): string => `${workspace_id}/${id}`;

export const streamOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream();
