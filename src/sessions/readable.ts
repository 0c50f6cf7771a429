import type { Ctx } from '../platform/context.ts';
import { withheld, withheldIn } from '../runs/index.ts';
import type { MessageRow } from './store/messages.ts';
import type { SessionRow } from './store/sessions.ts';

/** The text of a withheld answer, in a prompt. */
const notice = '(This answer is not available.)';

/** The branch of a session as its reader may read it. */
interface ReadableBranch {
  readonly history: readonly (Omit<MessageRow, 'run_id'> & { readonly run_id?: string })[];
  /** False when an answer of the session is withheld, which a summary may cover. */
  readonly isWhole: boolean;
}

/**
 * Withholds the answers of a branch that its reader may not read, before a model reads it. Reads nothing for a caller
 * that may read all files.
 */
export async function readableBranch(
  ctx: Ctx,
  session_id: string,
  path: readonly MessageRow[],
): Promise<ReadableBranch> {
  if (ctx.groups === null || path.length === 0) return { history: path, isWhole: true };
  const hidden = new Set((await withheldIn(ctx, [session_id])).map(({ id }) => id));
  const history = path.map((row) => {
    if (row.role !== 'assistant' || !hidden.has(row.run_id)) return row;
    const { run_id: _, ...rest } = withheld(row);
    return { ...rest, text: notice };
  });
  return { history, isWhole: hidden.size === 0 };
}

/** Hides the titles that a model has written of sessions with withheld answers. */
export async function readableTitles<Row extends Pick<SessionRow, 'id' | 'title' | 'titled_by'>>(
  ctx: Ctx,
  rows: readonly Row[],
): Promise<Row[]> {
  const written = rows.filter(({ titled_by }) => titled_by === 'model').map(({ id }) => id);
  if (ctx.groups === null || written.length === 0) return [...rows];
  const hidden = new Set((await withheldIn(ctx, written)).map(({ session_id }) => session_id));
  return rows.map((row) =>
    row.titled_by === 'model' && hidden.has(row.id) ? { ...row, title: null } : row,
  );
}
