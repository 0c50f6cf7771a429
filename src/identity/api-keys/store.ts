import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { api_keys } from '../../db/schema/workspaces.ts';

export type ApiKeyRow = typeof api_keys.$inferSelect;

/** Violates `api_keys.name` when the key names an agent that the workspace does not have. */
export const insertApiKey = (db: Db, row: ApiKeyRow) =>
  db.insert(api_keys).values({
    ...row,
    name: sql`iif(${hasAgents(row.workspace_id, row.agent_ids)}, ${row.name}, null)`,
  });

const hasAgents = (workspace_id: string, agent_ids: readonly string[] | null) => sql`not exists (
  select 1 from json_each(${JSON.stringify(agent_ids ?? [])}) named
  where not exists (select 1 from agents where agents.id = named.value and agents.workspace_id = ${workspace_id} and agents.deleted_at is null))`;

export const selectApiKey = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(api_keys)
    .where(and(eq(api_keys.workspace_id, workspace_id), eq(api_keys.id, id)));

export const selectApiKeys = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(api_keys)
    .where(
      and(
        eq(api_keys.workspace_id, workspace_id),
        // Without the keys of share links and token issuers, whose ids follow (`shl_…`, `tki_…`).
        lt(api_keys.id, after ?? 'key`'),
      ),
    )
    .orderBy(desc(api_keys.id))
    .limit(limit);

/** Matches when another unlimited admin key is valid at `now`; the last one must not be revoked or demoted. */
const anotherAdmin = (workspace_id: string, id: string, now: number) => sql`exists (
  select 1 from api_keys other where other.workspace_id = ${workspace_id} and other.id <> ${id} and other.role = 'admin'
  and other.agent_ids is null and other.revoked_at is null and (other.expires_at is null or other.expires_at > ${now}))`;

/**
 * Changes a key. Violates `api_keys.role` when it is revoked or the change would leave no admin, and
 * `api_keys.name` when it names an agent that the workspace does not have.
 */
export function updateApiKey(
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<ApiKeyRow>,
  now: number,
) {
  const {
    name = sql`${api_keys.name}`,
    role = sql`${api_keys.role}`,
    agent_ids = null,
    ...rest
  } = changes;
  const isHarmless = Object.keys(changes).every((field) => field === 'name');
  const isAllowed = sql`${api_keys.revoked_at} is null
    and (${isHarmless} or ${api_keys.role} <> 'admin' or ${anotherAdmin(workspace_id, id, now)})`;
  return db
    .update(api_keys)
    .set({
      ...rest,
      ...('agent_ids' in changes ? { agent_ids } : {}),
      name: sql`iif(${hasAgents(workspace_id, agent_ids)}, ${name}, null)`,
      role: sql`iif(${isAllowed}, ${role}, null)`,
    })
    .where(and(eq(api_keys.workspace_id, workspace_id), eq(api_keys.id, id)))
    .returning();
}

/** Marks a key as replaced. Violates `api_keys.role` when it is revoked or has been replaced already. */
export const replaceApiKey = (
  db: Db,
  workspace_id: string,
  id: string,
  rotated_to: string,
  expires_at: number,
) =>
  db
    .update(api_keys)
    .set({
      rotated_to,
      expires_at: sql`min(coalesce(expires_at, ${expires_at}), ${expires_at})`,
      role: sql`iif(${api_keys.revoked_at} is null and ${api_keys.rotated_to} is null, ${api_keys.role}, null)`,
    })
    .where(and(eq(api_keys.workspace_id, workspace_id), eq(api_keys.id, id)));
