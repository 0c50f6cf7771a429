/** Key of an original in the file store. Keys consist of ids only. */
export const originalKey = (workspace_id: string, id: string): string => `${workspace_id}/${id}`;

/** Yields the UTF-8 bytes of a text in one piece. */
export async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
