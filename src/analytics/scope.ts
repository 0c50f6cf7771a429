import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { type Ctx, coveredAgents } from '../platform/context.ts';

/** The agents that a report is about. */
export interface Scope {
  /** Selects the id of the requested agent. */
  readonly owner: ReturnType<Db['all']>;
  /** A table with `value`: the agents whose rollups count; an empty value is the workspace. */
  readonly rollups: SQL;
  /** True when rollups are read agent by agent. The dimension `agent` is then read from their `all`. */
  readonly isByAgent: boolean;
  readonly facts: SQL | null;
}

/** Returns the scope of one agent (id or slug), of some by their ids, or of all that the caller may see. */
export function scopeOf(ctx: Ctx, agent: string | null, only: readonly string[] | null): Scope {
  const { db, workspace_id } = ctx;
  const covered = both(coveredAgents(ctx.actor), only);
  if (agent !== null) {
    const found = sql`select id from agents where workspace_id = ${workspace_id} and (id = ${agent} or slug = ${agent})`;
    return {
      owner: db.all(found),
      rollups: sql`(select id as value from (${found}))`,
      isByAgent: true,
      facts: sql`(${found})`,
    };
  }
  const owner = db.all(sql`select id from agents where workspace_id = ${workspace_id} limit 0`);
  const list = sql`json_each(${JSON.stringify(covered ?? [''])})`;
  return {
    owner,
    rollups: list,
    isByAgent: covered !== null,
    facts: covered === null ? null : sql`(select value from ${list})`,
  };
}

/** The agents in both lists; null stands for all. */
const both = (
  covered: readonly string[] | null,
  only: readonly string[] | null,
): readonly string[] | null =>
  covered === null || only === null ? (covered ?? only) : covered.filter((id) => only.includes(id));
