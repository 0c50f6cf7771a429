import { and, desc, eq, gte, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { audit_log } from '../../db/schema/platform.ts';

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
