import { and, desc, eq, gte, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { audit_log } from '../db/schema/platform.ts';
import { api_keys, workspaces } from '../db/schema/workspaces.ts';

export type WorkspaceRow = typeof workspaces.$inferSelect;
export type ApiKeyRow = typeof api_keys.$inferSelect;

export const selectWorkspace = (db: Db, workspace_id: string) => db.select().from(workspaces).where(eq(workspaces.id, workspace_id));

export const insertWorkspace = (db: Db, row: WorkspaceRow) => db.insert(workspaces).values(row);

export const updateWorkspace = (db: Db, workspace_id: string, changes: Partial<WorkspaceRow>) =>
  db.update(workspaces).set(changes).where(eq(workspaces.id, workspace_id)).returning();

export const insertApiKey = (db: Db, row: ApiKeyRow) => db.insert(api_keys).values(row);

/** The one read without a workspace: the credential is what tells it. */
export const selectApiKeyByHash = (db: Db, hash: string) => db.select().from(api_keys).where(eq(api_keys.hash, hash));

export const selectApiKey = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(api_keys)
    .where(and(eq(api_keys.workspace_id, workspace_id), eq(api_keys.id, id)));

export const selectApiKeys = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(api_keys)
    .where(and(eq(api_keys.workspace_id, workspace_id), after === null ? undefined : lt(api_keys.id, after)))
    .orderBy(desc(api_keys.id))
    .limit(limit);

/** Another key that is an unlimited admin, valid at `now`: without one the workspace would lock itself out. */
const anotherAdmin = (workspace_id: string, id: string, now: number) => sql`exists (
  select 1 from api_keys other where other.workspace_id = ${workspace_id} and other.id <> ${id} and other.role = 'admin'
  and other.agent_ids is null and other.revoked_at is null and (other.expires_at is null or other.expires_at > ${now}))`;

/** Changes a key that is not revoked. Where that would leave no admin it changes nothing. */
export const updateApiKey = (db: Db, workspace_id: string, id: string, changes: Partial<ApiKeyRow>, now: number) =>
  db
    .update(api_keys)
    .set(changes)
    .where(
      and(
        eq(api_keys.workspace_id, workspace_id),
        eq(api_keys.id, id),
        isNull(api_keys.revoked_at),
        or(
          sql`${api_keys.role} <> 'admin'`,
          sql`${changes.name !== undefined && Object.keys(changes).length === 1}`,
          anotherAdmin(workspace_id, id, now),
        ),
      ),
    )
    .returning();

/** Marks a key as replaced; only a key that is not revoked and not replaced yet. */
export const replaceApiKey = (db: Db, workspace_id: string, id: string, rotated_to: string, expires_at: number) =>
  db
    .update(api_keys)
    .set({ rotated_to, expires_at: sql`min(coalesce(expires_at, ${expires_at}), ${expires_at})` })
    .where(and(eq(api_keys.workspace_id, workspace_id), eq(api_keys.id, id)));

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly target_id?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export const selectAuditLog = (db: Db, workspace_id: string, filter: AuditFilter, after: string | null, limit: number) =>
  db
    .select()
    .from(audit_log)
    .where(
      and(
        eq(audit_log.workspace_id, workspace_id),
        filter.action === undefined ? undefined : eq(audit_log.action, filter.action),
        filter.actor_id === undefined ? undefined : eq(audit_log.actor_id, filter.actor_id),
        filter.target_id === undefined ? undefined : eq(audit_log.target_id, filter.target_id),
        filter.from === undefined ? undefined : gte(audit_log.created_at, filter.from),
        filter.to === undefined ? undefined : lt(audit_log.created_at, filter.to),
        after === null ? undefined : lt(audit_log.id, after),
      ),
    )
    .orderBy(desc(audit_log.id))
    .limit(limit);
