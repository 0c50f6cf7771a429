import { type SQL, sql } from 'drizzle-orm';
import { isId } from '../../shared/id.ts';

/** The id of the agent with an id or slug. */
export const namedAgent = (workspace_id: string, agent: string): SQL =>
  sql`(select id from agents where workspace_id = ${workspace_id} and (id = ${agent} or slug = ${agent}) and deleted_at is null)`;

/** The id of the version of an agent with a number, id or label; null when it does not exist, which equals nothing. */
export function namedVersion(agent_id: SQL, version: string): SQL {
  if (isId('ver', version))
    return sql`(select id from agent_versions where id = ${version} and agent_id = ${agent_id})`;
  if (/^\d+$/.test(version))
    return sql`(select id from agent_versions where agent_id = ${agent_id} and number = ${Number(version)})`;
  return sql`(select version_id from agent_labels where agent_id = ${agent_id} and label = ${version})`;
}
