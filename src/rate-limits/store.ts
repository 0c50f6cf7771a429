import { eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { rate_limits } from '../db/schema/rate-limits.ts';
import type { RateRules } from '../shared/rate-rules.ts';

export const selectRateLimits = (db: Db, workspace_id: string) =>
  db
    .select({ rules: rate_limits.rules, revision: rate_limits.revision })
    .from(rate_limits)
    .where(eq(rate_limits.workspace_id, workspace_id));

/** Replaces the rules. Violates `rate_limits.rules` when an override names a key or an agent of another workspace. */
export function putRateLimits(db: Db, workspace_id: string, rules: RateRules, now: number) {
  const missing = (
    table: 'api_keys' | 'agents',
    overrides: RateRules['agent']['overrides'],
  ) => sql`exists (
    select 1 from json_each(${JSON.stringify(overrides.map(({ id }) => id))}) named
    where not exists (select 1 from ${sql.identifier(table)} own where own.id = named.value and own.workspace_id = ${workspace_id})
    and not (${table === 'api_keys'} and exists (select 1 from members m where m.id = named.value and m.workspace_id = ${workspace_id})))`;
  const checked = sql<RateRules>`iif(${missing('api_keys', rules.api_key.overrides)} or ${missing('agents', rules.agent.overrides)},
    null, ${JSON.stringify(rules)})`;
  return db
    .insert(rate_limits)
    .values({ workspace_id, rules: checked, revision: 1, updated_at: now })
    .onConflictDoUpdate({
      target: rate_limits.workspace_id,
      set: {
        rules: sql`excluded.rules`,
        revision: sql`${rate_limits.revision} + 1`,
        updated_at: now,
      },
    })
    .returning();
}
