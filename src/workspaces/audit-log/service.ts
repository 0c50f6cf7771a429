import { withRange } from '../../http/schema.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { type AuditEntry, type AuditQuery, toAuditEntry } from './schema.ts';
import { selectAuditLog } from './store.ts';

export function listAuditLog(
  ctx: Ctx,
  { limit, cursor, ...filters }: AuditQuery,
): Promise<Page<AuditEntry>> {
  const filter = withRange(filters);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'audit-log',
      filters: filter,
    },
    { limit, cursor },
    (after, count) => selectAuditLog(ctx.db, ctx.workspace_id, filter, after, count).all(),
    (row) => row.id,
    toAuditEntry,
  );
}
