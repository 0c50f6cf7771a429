import { type SQL, sql } from 'drizzle-orm';

/** Selects the id of the agent with an id or slug. */
export const namedAgent = (workspace_id: string, agent: string): SQL =>
  sql`(select id from agents where workspace_id = ${workspace_id} and (id = ${agent} or slug = ${agent}) and deleted_at is null)`;
