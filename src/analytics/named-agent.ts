import { sql } from 'drizzle-orm';
import { type Ctx, coversAgent } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';

/** Throws `not_found` for a filter by an agent (id or slug) that the caller may not see. Deleted agents are found. */
export async function checkNamedAgent(ctx: Ctx, agent: string | undefined): Promise<void> {
  if (agent === undefined) return;
  const [row] = await ctx.db.all<{ id: string }>(
    sql`select id from agents where workspace_id = ${ctx.workspace_id} and (id = ${agent} or slug = ${agent})`,
  );
  if (row === undefined || !coversAgent(ctx.actor, row.id)) throw notFound('agent');
}
