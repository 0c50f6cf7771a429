import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { selectFile } from '../file-store.ts';
import { type ContentRow, selectContent } from './content-store.ts';

/** A stored original. */
export type Original = Pick<ContentRow, 'name'> & {
  readonly id: string;
  readonly media_type: string;
  readonly byte_size: number;
  readonly sha256: string;
};

/** Returns the original of a content; null for content from before originals were kept. */
export function formerOriginalOf(content: ContentRow): Original | null {
  const { original_id: id, name, media_type, byte_size, sha256 } = content;
  if (id === null || media_type === null || byte_size === null || sha256 === null) return null;
  return { id, name, media_type, byte_size, sha256 };
}

/**
 * Returns the original of a file as it is searched now, if it still is the document of the revision; null for a file that was
 * deleted or replaced since.
 */
export async function originalSince(
  { db, workspace_id }: Ctx,
  file_id: string,
  revision: number,
): Promise<Original | null> {
  const [[file], [present], [cited]] = await batch(db, [
    selectFile(db, workspace_id, file_id),
    selectContent(db, workspace_id, file_id, null),
    selectContent(db, workspace_id, file_id, revision),
  ]);
  if (file === undefined || present === undefined) return null;
  return present.sha256 === cited?.sha256 ? formerOriginalOf(present) : null;
}
