import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { findFile } from '../find-file.ts';
import { findContent } from '../history/find-content.ts';
import { searchableAttempt } from '../searchable.ts';

/** The stored text of a file, now or at a revision. */
export interface Content {
  /** Id of the file. */
  readonly id: string;
  readonly base_id: string;
  /** Null for content from before it was stored. */
  readonly media_type: string | null;
  readonly attempt: number;
  /** Length of the text in UTF-16 code units. */
  readonly length: number;
  readonly is_markdown: boolean | null;
}

/**
 * Returns the content of a file that searches find, now or at a revision of its base. Throws `not_found`,
 * `revision_purged`, and `conflict` for a file without a text.
 */
export async function contentAt(
  ctx: Ctx,
  id: string,
  revision: number | undefined,
): Promise<Content> {
  if (revision !== undefined) {
    const content = await findContent(ctx, id, revision);
    return { ...content, id, length: content.char_count ?? 0 };
  }
  const file = await findFile(ctx, id);
  const attempt = searchableAttempt(file);
  if (attempt === null)
    throw new Failure('conflict', `The file has no text yet: its status is ${file.status}.`);
  return { ...file, attempt, length: file.char_count ?? 0 };
}
