import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { BaseRow } from '../base-store.ts';
import { scopeOf, spacesOf, vectorId } from '../vector-space.ts';
import { formerScope } from './scope.ts';

/** Moves the vectors of chunks to the former content of their base, in all of its spaces. Statements go to `commit`. */
export function moveToFormer(
  ctx: Ctx,
  base: Pick<BaseRow, 'id' | 'vector_space' | 'second_space'>,
  chunk_ids: readonly string[],
  commit: (statements: readonly Statement[]) => Promise<unknown>,
): Promise<void> {
  const move = async (
    [space, ...others]: readonly number[],
    moving: readonly Statement[],
  ): Promise<void> => {
    if (space === undefined) return void (await commit(moving));
    await ctx.vectors.move(
      ctx.workspace_id,
      chunk_ids.map((id) => vectorId(id, space)),
      scopeOf(formerScope(base.id), space),
      (statements) => move(others, [...moving, ...statements]),
    );
  };
  return move(spacesOf(base), []);
}
