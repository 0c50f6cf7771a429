import { and, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { type MemberRole, members } from '../db/schema/people.ts';
import { rate_limits } from '../db/schema/rate-limits.ts';
import { api_keys, type Role, workspaces } from '../db/schema/workspaces.ts';
import { isId } from '../shared/id.ts';
import type { RateLimitsInForce, RateRules } from '../shared/rate-rules.ts';

type KeyRow = typeof api_keys.$inferSelect;

/** The part of a key that authentication reads. A member for whom work is done in the background has the same form. */
type Credential = Pick<
  KeyRow,
  'id' | 'workspace_id' | 'role' | 'hash' | 'agent_ids' | 'expires_at' | 'revoked_at' | 'rotated_to'
> & {
  /** True when the workspace is suspended or deleted. */
  readonly is_closed: boolean;
  readonly allowed_origins: readonly string[] | null;
  /** Present for a member. */
  readonly member_role?: MemberRole;
};

/** A credential with the rate limits that apply to it. */
export type CredentialRow = Credential & { readonly rate_limits: RateLimitsInForce | null };

/** A credential with the rate limits of its workspace. */
export type FoundCredential = Credential & {
  readonly rate_rules: RateRules | null;
  readonly rate_revision: number | null;
};

interface Query extends Statement<FoundCredential[]> {
  get(): Promise<FoundCredential | undefined>;
}

/** Finds a key by its hash. Read without a workspace id: the credential determines the workspace. */
export const selectCredential = (db: Db, hash: string): Query =>
  selectKey(db, eq(api_keys.hash, hash));

/** Selects a workspace while it is suspended. */
export const selectSuspended = (db: Db, workspace_id: string) =>
  db
    .select({ id: workspaces.id })
    .from(workspaces)
    .where(
      and(
        eq(workspaces.id, workspace_id),
        isNotNull(workspaces.suspended_at),
        isNull(workspaces.deleted_at),
      ),
    );

/** Finds the key or the member by its id: the issuer of a token of an end user, or the one who ordered background work. */
export const selectIssuer = (db: Db, id: string): Query =>
  isId('mem', id) ? selectMember(db, id) : selectKey(db, eq(api_keys.id, id));

const isClosed =
  sql<boolean>`coalesce(${workspaces.suspended_at}, ${workspaces.deleted_at}) is not null`
    .mapWith(Boolean)
    .as('is_closed');

/** Visitors of a share link chat in pages that may embed it, whatever the workspace allows to tokens of its own. */
const originsOfKey = sql<string[] | null>`coalesce(
    (select l.allowed_origins from share_links l where l.id = ${api_keys.id}), ${workspaces.allowed_origins})`
  .mapWith(workspaces.allowed_origins)
  .as('allowed_origins');

const selectKey = (db: Db, isWanted: SQL) =>
  db
    .select({
      ...getTableColumns(api_keys),
      rate_rules: rate_limits.rules,
      rate_revision: rate_limits.revision,
      allowed_origins: originsOfKey,
      is_closed: isClosed,
    })
    .from(api_keys)
    .innerJoin(workspaces, eq(workspaces.id, api_keys.workspace_id))
    .leftJoin(rate_limits, eq(rate_limits.workspace_id, api_keys.workspace_id))
    .where(isWanted);

/** A member in the form of a key. */
const selectMember = (db: Db, id: string) =>
  db
    .select({
      id: members.id,
      workspace_id: members.workspace_id,
      role: sql<Role>`iif(${members.role} = 'owner', 'admin', ${members.role})`.as('access_role'),
      hash: sql<string>`''`.as('hash'),
      agent_ids: sql<string[] | null>`null`.as('agent_ids'),
      expires_at: sql<number | null>`null`.as('expires_at'),
      revoked_at: members.removed_at,
      rotated_to: sql<string | null>`null`.as('rotated_to'),
      member_role: members.role,
      allowed_origins: workspaces.allowed_origins,
      rate_rules: rate_limits.rules,
      rate_revision: rate_limits.revision,
      is_closed: isClosed,
    })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspace_id))
    .leftJoin(rate_limits, eq(rate_limits.workspace_id, members.workspace_id))
    .where(eq(members.id, id));
