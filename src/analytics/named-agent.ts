import { sql } from 'drizzle-orm';
import { type Ctx, coversAgent } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';

/** Throws `not_found` where a list is asked for of an agent (id or slug) that the caller has not; also those that are deleted are known. */
export async function checkNamedAgent(ctx: Ctx, agent: string | undefined): Promise<void> {
  if (agent === undefined) return;
  const [row] = await ctx.db.all<{ id: string }>(
    sql`select id from agents where workspace_id = ${ctx.workspace_id} and (id = ${agent} or slug = ${agent})`,
  );
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
}
