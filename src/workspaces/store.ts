import { and, desc, eq, getTableColumns, gte, lt, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { audit_log } from '../db/schema/platform.ts';
import { rate_limits } from '../db/schema/rate-limits.ts';
import { api_keys, workspaces } from '../db/schema/workspaces.ts';
import type { RateLimitsInForce } from '../shared/rate-rules.ts';

export type WorkspaceRow = typeof workspaces.$inferSelect;
export type ApiKeyRow = typeof api_keys.$inferSelect;
/** A key, with what of the workspace's rate limits it meets, and whether the workspace is suspended or deleted. */
export type CredentialRow = ApiKeyRow & {
  readonly rate_limits: RateLimitsInForce | null;
  readonly is_closed: boolean;
};

export const selectWorkspace = (db: Db, workspace_id: string) =>
  db.select().from(workspaces).where(eq(workspaces.id, workspace_id));

export const insertWorkspace = (db: Db, row: WorkspaceRow) => db.insert(workspaces).values(row);

/** With `time_zone` only where that is its zone still. */
export const updateWorkspace = (
  db: Db,
  workspace_id: string,
  changes: Partial<WorkspaceRow>,
  time_zone?: string,
) =>
  db
    .update(workspaces)
    .set(changes)
    .where(
      and(
        eq(workspaces.id, workspace_id),
        time_zone === undefined ? undefined : eq(workspaces.time_zone, time_zone),
      ),
    )
    .returning();

/** Violates `api_keys.name` when the key names an agent that the workspace does not have. */
export const insertApiKey = (db: Db, row: ApiKeyRow) =>
  db.insert(api_keys).values({
    ...row,
    name: sql`iif(${hasAgents(row.workspace_id, row.agent_ids)}, ${row.name}, null)`,
  });

const hasAgents = (workspace_id: string, agent_ids: readonly string[] | null) => sql`not exists (
  select 1 from json_each(${JSON.stringify(agent_ids ?? [])}) named
  where not exists (select 1 from agents where agents.id = named.value and agents.workspace_id = ${workspace_id} and agents.deleted_at is null))`;

/** The one read without a workspace: the credential is what tells it. */
export const selectCredential = (db: Db, hash: string) =>
  db
    .select({
      ...getTableColumns(api_keys),
      rate_rules: rate_limits.rules,
      rate_revision: rate_limits.revision,
      is_closed:
        sql<boolean>`coalesce(${workspaces.suspended_at}, ${workspaces.deleted_at}) is not null`
          .mapWith(Boolean)
          .as('is_closed'),
    })
    .from(api_keys)
    .innerJoin(workspaces, eq(workspaces.id, api_keys.workspace_id))
    .leftJoin(rate_limits, eq(rate_limits.workspace_id, api_keys.workspace_id))
    .where(eq(api_keys.hash, hash));

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
        after === null ? undefined : lt(api_keys.id, after),
      ),
    )
    .orderBy(desc(api_keys.id))
    .limit(limit);

/** Another key that is an unlimited admin, valid at `now`: without one the workspace would lock itself out. */
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

/** What one key is allowed besides the rest, its successor is. */
export const inheritRateLimits = (db: Db, workspace_id: string, id: string, successor: string) => {
  const own = sql`(select json_set(own.value, '$.id', ${successor}) from json_each(${rate_limits.rules}, '$.api_key.overrides') own
    where own.value ->> 'id' = ${id})`;
  return db
    .update(rate_limits)
    .set({
      rules: sql`json_insert(${rate_limits.rules}, '$.api_key.overrides[#]', json(${own}))`,
      revision: sql`${rate_limits.revision} + 1`,
    })
    .where(and(eq(rate_limits.workspace_id, workspace_id), sql`${own} is not null`));
};

/** What budgets have counted for one key, open holds too, and those that are for it alone go over to its successor. */
export function inheritBudgets(
  db: Db,
  workspace_id: string,
  id: string,
  successor: string,
): Statement[] {
  const of = sql`budget_id in (select b.id from budgets b where b.workspace_id = ${workspace_id} and b.scope = 'api_key') and subject = ${id}`;
  return [
    db.run(sql`update budget_counters set subject = ${successor} where ${of}`),
    db.run(sql`update budget_holds set subject = ${successor} where ${of}`),
    db.run(sql`update budget_alerts set subject = ${successor} where ${of}`),
    db.run(sql`update budgets set subject_id = ${successor}
      where workspace_id = ${workspace_id} and scope = 'api_key' and subject_id = ${id}`),
  ];
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

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly target_id?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export const selectAuditLog = (
  db: Db,
  workspace_id: string,
  filter: AuditFilter,
  after: string | null,
  limit: number,
) =>
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
