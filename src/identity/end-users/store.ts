import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { agents } from '../../db/schema/agents.ts';

/** Selects those of the agents that the workspace has. */
export const selectAgentIds = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select({ id: agents.id })
    .from(agents)
    .where(
      sql`${agents.id} in (select value from json_each(${JSON.stringify(ids)})) and +${agents.workspace_id} = ${workspace_id} and ${agents.deleted_at} is null`,
    );
