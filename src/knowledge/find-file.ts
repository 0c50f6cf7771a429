import { type Ctx, coversAgent } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { type FileRow, selectFile, selectFileOrHistory } from './file-store.ts';

/** Returns a file. Throws `not_found`, also for a file of a base that the key does not cover. */
export async function findFile(ctx: Ctx, id: string): Promise<FileRow> {
  const found = await selectFile(ctx.db, ctx.workspace_id, id).get();
  if (found === undefined || !coversAgent(ctx.actor, found.agent_id)) throw notFound('file');
  return found.file;
}

/** The same, also for a deleted file of which the base keeps a history. */
export async function findFileOrHistory(ctx: Ctx, id: string): Promise<FileRow> {
  const found = await selectFileOrHistory(ctx.db, ctx.workspace_id, id).get();
  if (found === undefined || !coversAgent(ctx.actor, found.agent_id)) throw notFound('file');
  return found.file;
}
