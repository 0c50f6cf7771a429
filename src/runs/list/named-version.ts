import { type SQL, sql } from 'drizzle-orm';
import { isId } from '../../shared/id.ts';

/** The agent that is named by id or slug. */
export const namedAgent = (workspace_id: string, agent: string): SQL =>
  sql`(select id from agents where workspace_id = ${workspace_id} and (id = ${agent} or slug = ${agent}) and deleted_at is null)`;

/** The version of an agent that is named by number, id or label; null when there is none, which equals nothing. */
export function namedVersion(agent_id: SQL, version: string): SQL {
  if (isId('ver', version))
    return sql`(select id from agent_versions where id = ${version} and agent_id = ${agent_id})`;
  if (/^\d+$/.test(version))
    return sql`(select id from agent_versions where agent_id = ${agent_id} and number = ${Number(version)})`;
  return sql`(select version_id from agent_labels where agent_id = ${agent_id} and label = ${version})`;
}
