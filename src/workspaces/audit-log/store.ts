import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { audit_links } from '../../db/schema/audit.ts';
import { audit_log } from '../../db/schema/platform.ts';

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly action_prefix?: string | undefined;
  readonly actor_type?: string | undefined;
  readonly actor_id?: string | undefined;
  readonly target_type?: string | undefined;
  readonly target_id?: string | undefined;
  readonly request_id?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const equals = (column: Parameters<typeof eq>[0], value: string | undefined): SQL | undefined =>
  value === undefined ? undefined : sql`${column} = ${value}`;

const startsWith = (text: string): SQL =>
  sql`substr(${audit_log.action}, 1, length(${text})) = ${text}`;

/** The condition of a filter over the entries of a workspace. An action without a dot stands for all of its kind. */
export const matches = (workspace_id: string, filter: AuditFilter): SQL | undefined =>
  and(
    eq(audit_log.workspace_id, workspace_id),
    filter.action === undefined || filter.action.includes('.')
      ? equals(audit_log.action, filter.action)
      : startsWith(`${filter.action}.`),
    filter.action_prefix === undefined ? undefined : startsWith(filter.action_prefix),
    equals(audit_log.actor_type, filter.actor_type),
    equals(audit_log.actor_id, filter.actor_id),
    equals(audit_log.target_type, filter.target_type),
    equals(audit_log.target_id, filter.target_id),
    equals(audit_log.request_id, filter.request_id),
    filter.from === undefined ? undefined : gte(audit_log.created_at, filter.from),
    filter.to === undefined ? undefined : lt(audit_log.created_at, filter.to),
  );

/** The columns of a link that its entry shows. */
export const linkColumns = {
  sequence: audit_links.sequence,
  hash: audit_links.hash,
  personal_digest: audit_links.personal_digest,
  salt: audit_links.salt,
  redacted_by: audit_links.redacted_by,
};

export const selectAuditLog = (
  db: Db,
  workspace_id: string,
  filter: AuditFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select({
      ...getTableColumns(audit_log),
      ...linkColumns,
    })
    .from(audit_log)
    .leftJoin(audit_links, eq(audit_links.entry_id, audit_log.id))
    .where(and(matches(workspace_id, filter), after === null ? undefined : lt(audit_log.id, after)))
    .orderBy(desc(audit_log.id))
    .limit(limit);
