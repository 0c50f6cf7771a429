import { sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { type QuotaName, quotas } from '../../db/schema/quotas.ts';

export interface QuotaRow {
  readonly resource: QuotaName;
  /** Null is unlimited. */
  readonly default_max: number | null;
  /** Null when the limit of the deployment applies. */
  readonly own_max: number | null;
  readonly used: number;
}

/** Selects every quota of a workspace; counts keys that are valid at `now` and not being replaced. */
export const selectQuotas = (db: Db, workspace_id: string, now: number) =>
  db.all<QuotaRow>(sql`
    select d.resource, d.max as default_max, q.max as own_max, case d.resource when 'keys' then (
      select count(*) from api_keys k where k.workspace_id = ${workspace_id} and k.revoked_at is null and k.rotated_to is null
        and (k.expires_at is null or k.expires_at > ${now})) else coalesce(q.used, 0) end as used
    from quota_defaults d left join quotas q on q.workspace_id = ${workspace_id} and q.resource = d.resource`);

/** Sets a workspace's own limit; null removes it. */
export const setQuota = (
  db: Db,
  workspace_id: string,
  resource: QuotaName,
  max: number | null,
): Statement =>
  db
    .insert(quotas)
    .values({ workspace_id, resource, max })
    .onConflictDoUpdate({ target: [quotas.workspace_id, quotas.resource], set: { max } });

/** Writes those limits of the deployment that differ from the stored ones. */
export const writeQuotaDefaults = (db: Db, limits: Readonly<Record<QuotaName, number | null>>) =>
  db.run(sql`
    insert into quota_defaults (resource, max) select key, value from json_each(${JSON.stringify(limits)}) where true
    on conflict (resource) do update set max = excluded.max where max is not excluded.max`);
