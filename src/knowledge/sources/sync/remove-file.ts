import type { Ctx } from '../../../platform/context.ts';
import { Failure } from '../../../shared/failure.ts';
import { deleteFile } from '../../files.ts';
import { type PageRow, selectSharers } from '../page-store.ts';

/** Deletes the file of a page, unless it has none, or a page of another source has the same one. */
export async function removeFileOf(ctx: Ctx, page: PageRow): Promise<void> {
  if (page.file_id === null) return;
  const sharers = await selectSharers(ctx.db, page).all();
  if (sharers.length > 0) return;
  try {
    await deleteFile(ctx, page.file_id);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'not_found') throw error;
  }
}
