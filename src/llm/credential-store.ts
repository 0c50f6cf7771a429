import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { provider_credentials } from '../db/schema/models.ts';
import { type SecretRef, sealedOf } from '../secrets/index.ts';

type StoredCredential = typeof provider_credentials.$inferSelect;

/** A stored credential with its sealed key; null without a key. */
export type CredentialRow = StoredCredential & { readonly api_key: string | null };

const of = (workspace_id: string, provider: string) =>
  and(
    eq(provider_credentials.workspace_id, workspace_id),
    eq(provider_credentials.provider, provider),
  );

/** Returns the reference under which the key is sealed. The key opens only for this provider and base URL. */
export const keyOf = ({
  provider,
  base_url,
}: Pick<CredentialRow, 'provider' | 'base_url'>): SecretRef => ({
  owner_type: 'provider',
  owner_id: provider,
  field: 'api_key',
  bound_to: base_url ?? 'the default address',
});

const withKey = (db: Db) =>
  db
    .select({
      ...getTableColumns(provider_credentials),
      api_key: sealedOf('provider', 'api_key', 'provider_credentials', 'provider').as('api_key'),
    })
    .from(provider_credentials);

export const selectCredentials = (db: Db, workspace_id: string) =>
  withKey(db).where(eq(provider_credentials.workspace_id, workspace_id));

export const selectCredential = (db: Db, workspace_id: string, provider: string) =>
  withKey(db).where(of(workspace_id, provider));

/** Upserts a credential. Without a new key, the description of the stored key is kept unless the base URL changes (security.md R37). */
export function putCredential(db: Db, row: StoredCredential) {
  const keeps = sql`excluded.fingerprint is null and excluded.base_url is ${provider_credentials.base_url}`;
  const kept = (name: 'last_four' | 'fingerprint') =>
    sql`iif(${keeps}, ${provider_credentials[name]}, ${sql.raw(`excluded.${name}`)})`;
  return db
    .insert(provider_credentials)
    .values(row)
    .onConflictDoUpdate({
      target: [provider_credentials.workspace_id, provider_credentials.provider],
      set: {
        base_url: sql`excluded.base_url`,
        last_four: kept('last_four'),
        fingerprint: kept('fingerprint'),
        updated_at: sql`excluded.updated_at`,
      },
    });
}

export const deleteCredential = (db: Db, workspace_id: string, provider: string) =>
  db
    .delete(provider_credentials)
    .where(of(workspace_id, provider))
    .returning({ provider: provider_credentials.provider });
