import type { Ctx } from '../../../platform/context.ts';
import { day } from '../../../shared/time.ts';
import { deleteAbandoned } from './store.ts';

const rowsAtOnce = 1000;

/** Deletes sign-ins of all workspaces that nobody has completed within a day. */
export const deleteAbandonedSignIns = (ctx: Ctx): Promise<unknown> =>
  deleteAbandoned(ctx.db, ctx.now() - day, rowsAtOnce);
