import { and, asc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { provider_credentials } from '../db/schema/models.ts';

export type CredentialRow = typeof provider_credentials.$inferSelect;

const of = (workspace_id: string, provider: string) =>
  and(
    eq(provider_credentials.workspace_id, workspace_id),
    eq(provider_credentials.provider, provider),
  );

export const selectCredentials = (db: Db, workspace_id: string) =>
  db.select().from(provider_credentials).where(eq(provider_credentials.workspace_id, workspace_id));

export const selectCredential = (db: Db, workspace_id: string, provider: string) =>
  db.select().from(provider_credentials).where(of(workspace_id, provider));

/** Keeps the key that is there only when `row` brings none and stays at the same address (security.md R37). */
export function putCredential(db: Db, row: CredentialRow) {
  const keeps = sql`excluded.api_key is null and excluded.base_url is ${provider_credentials.base_url}`;
  const kept = (name: 'api_key' | 'key_version' | 'last_four' | 'fingerprint') =>
    sql`iif(${keeps}, ${provider_credentials[name]}, ${sql.raw(`excluded.${name}`)})`;
  return db
    .insert(provider_credentials)
    .values(row)
    .onConflictDoUpdate({
      target: [provider_credentials.workspace_id, provider_credentials.provider],
      set: {
        base_url: sql`excluded.base_url`,
        api_key: kept('api_key'),
        key_version: kept('key_version'),
        last_four: kept('last_four'),
        fingerprint: kept('fingerprint'),
        updated_at: sql`excluded.updated_at`,
      },
    })
    .returning();
}

export const deleteCredential = (db: Db, workspace_id: string, provider: string) =>
  db
    .delete(provider_credentials)
    .where(of(workspace_id, provider))
    .returning({ provider: provider_credentials.provider });

/** Keys sealed under an encryption key older than `version`, in a fixed order from `after` on. */
export const selectOldSeals = (
  db: Db,
  version: number,
  after: { readonly workspace_id: string; readonly provider: string },
  limit: number,
) =>
  db
    .select()
    .from(provider_credentials)
    .where(
      and(
        lt(provider_credentials.key_version, version),
        sql`(${provider_credentials.workspace_id}, ${provider_credentials.provider}) > (${after.workspace_id}, ${after.provider})`,
      ),
    )
    .orderBy(asc(provider_credentials.workspace_id), asc(provider_credentials.provider))
    .limit(limit);

/** Only where the key is still the one that was read. */
export const replaceSeal = (db: Db, row: CredentialRow, api_key: string, key_version: number) =>
  db
    .update(provider_credentials)
    .set({ api_key, key_version })
    .where(
      and(of(row.workspace_id, row.provider), eq(provider_credentials.api_key, row.api_key ?? '')),
    );
