import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { audit_links, audit_seals } from '../../db/schema/audit.ts';
import { erasures } from '../../db/schema/end-users.ts';
import { audit_log } from '../../db/schema/platform.ts';
import type { Seal } from './chain.ts';
import { type AuditFilter, linkColumns, matches } from './store.ts';

export const selectSigningKeys = (db: Db) =>
  db.all<{ number: number; sealed: string; created_at: number }>(sql`
    select cast(owner_id as integer) as number, sealed, updated_at as created_at from secrets
    where workspace_id = '' and owner_type = 'audit_log' and field = 'signing_key'`);

/** A position in the order of sealing: by workspace, then sequence. */
export interface ChainPosition {
  readonly workspace_id: string;
  readonly sequence: number;
}

const entryColumns = { entry: getTableColumns(audit_log) };

/** Returns links without a hash, of all workspaces, with their entries and the hash before each. */
export const selectUnsealed = (db: Db, after: ChainPosition, limit: number) =>
  db
    .select({
      link_workspace_id: sql<string>`${audit_links.workspace_id}`.as('link_workspace_id'),
      sequence: audit_links.sequence,
      salt: audit_links.salt,
      previous: sql<string | null>`coalesce(
        (select p.hash from audit_links p where p.workspace_id = ${audit_links.workspace_id} and p.sequence = ${audit_links.sequence} - 1),
        (select s.hash from audit_seals s where s.workspace_id = ${audit_links.workspace_id} and s.sequence = ${audit_links.sequence} - 1))`.as(
        'previous',
      ),
      ...entryColumns.entry,
    })
    .from(audit_links)
    .leftJoin(audit_log, eq(audit_log.id, audit_links.entry_id))
    .where(
      sql`${audit_links.hash} is null and (${audit_links.workspace_id}, ${audit_links.sequence}) > (${after.workspace_id}, ${after.sequence})`,
    )
    .orderBy(asc(audit_links.workspace_id), asc(audit_links.sequence))
    .limit(limit);

/** Sets hashes, given as workspace, sequence, hash and digest of the personal fields; a link that has them keeps them. */
export const setHashes = (
  db: Db,
  hashes: readonly (readonly [string, number, string, string])[],
): Statement =>
  db.run(sql`update audit_links set hash = j.value ->> 2, personal_digest = j.value ->> 3 from json_each(${JSON.stringify(hashes)}) j
    where audit_links.workspace_id = j.value ->> 0 and audit_links.sequence = j.value ->> 1 and audit_links.hash is null`) as unknown as Statement;

/** Inserts a seal if its link has the same hash, and unless there is one already. */
export const insertSeal = (
  db: Db,
  seal: Seal & { readonly key_number: number; readonly signature: string },
): Statement =>
  db.run(sql`insert into audit_seals (workspace_id, sequence, hash, sealed_at, key_number, signature)
    select l.workspace_id, l.sequence, l.hash, cast(${seal.sealed_at} as integer), cast(${seal.key_number} as integer), ${seal.signature}
    from audit_links l where l.workspace_id = ${seal.workspace_id} and l.sequence = ${seal.sequence} and l.hash = ${seal.hash}
    on conflict do nothing`) as unknown as Statement;

/** The newest checkpoint: the seal up to which entries are removed. */
export const selectCheckpoint = (db: Db, workspace_id: string) =>
  db
    .select()
    .from(audit_seals)
    .where(
      and(eq(audit_seals.workspace_id, workspace_id), sql`${audit_seals.purged_at} is not null`),
    )
    .orderBy(sql`${audit_seals.sequence} desc`)
    .limit(1);

/** The member by whose deleted account a link is marked: their id stands for the person. */
const deletedMember = (
  workspace_id: string,
) => sql`(select m.id from members m join users u on u.id = m.user_id
  where m.id = ${audit_links.redacted_by} and m.workspace_id = ${workspace_id} and u.deleted_at is not null)`;

/** Returns links after a sequence with their entries and seals, in order. */
export const selectChain = (db: Db, workspace_id: string, after: number, limit: number) =>
  db
    .select({
      link_sequence: sql<number>`${audit_links.sequence}`.as('link_sequence'),
      entry_id: audit_links.entry_id,
      link_hash: sql<string | null>`${audit_links.hash}`.as('link_hash'),
      personal_digest: audit_links.personal_digest,
      salt: audit_links.salt,
      redacted_by: audit_links.redacted_by,
      pseudonym: sql<
        string | null
      >`coalesce(${erasures.pseudonym}, ${deletedMember(workspace_id)})`.as('pseudonym'),
      ...entryColumns.entry,
      seal_hash: sql<string | null>`${audit_seals.hash}`.as('seal_hash'),
      sealed_at: audit_seals.sealed_at,
      key_number: audit_seals.key_number,
      signature: audit_seals.signature,
    })
    .from(audit_links)
    .leftJoin(
      audit_log,
      and(eq(audit_log.id, audit_links.entry_id), eq(audit_log.workspace_id, workspace_id)),
    )
    .leftJoin(
      audit_seals,
      and(
        eq(audit_seals.workspace_id, workspace_id),
        eq(audit_seals.sequence, audit_links.sequence),
      ),
    )
    .leftJoin(
      erasures,
      and(eq(erasures.id, audit_links.redacted_by), eq(erasures.workspace_id, workspace_id)),
    )
    .where(and(eq(audit_links.workspace_id, workspace_id), gt(audit_links.sequence, after)))
    .orderBy(asc(audit_links.sequence))
    .limit(limit);
export type ChainRow = Awaited<ReturnType<ReturnType<typeof selectChain>['all']>>[number];

/** Returns the first entry without a link, the last seal, and the hash at `sequence`. */
export const selectEnd = (db: Db, workspace_id: string, sequence: number) =>
  db.all<{ unlinked: string | null; last_seal: number | null; hash: string | null }>(sql`
    select (select a.id from audit_log a where a.workspace_id = ${workspace_id}
        and not exists (select 1 from audit_links l where l.entry_id = a.id) order by a.id limit 1) as unlinked,
      (select max(s.sequence) from audit_seals s where s.workspace_id = ${workspace_id}) as last_seal,
      coalesce((select l.hash from audit_links l where l.workspace_id = ${workspace_id} and l.sequence = ${sequence}),
        (select s.hash from audit_seals s where s.workspace_id = ${workspace_id} and s.sequence = ${sequence})) as hash`);

/** Returns entries that match, oldest first, in the order of the chain. */
export const selectInOrder = (
  db: Db,
  workspace_id: string,
  filter: AuditFilter,
  after: number,
  limit: number,
) =>
  db
    .select({
      ...getTableColumns(audit_log),
      ...linkColumns,
    })
    .from(audit_links)
    .innerJoin(audit_log, eq(audit_log.id, audit_links.entry_id))
    .where(
      and(
        eq(audit_links.workspace_id, workspace_id),
        gt(audit_links.sequence, after),
        matches(workspace_id, filter),
      ),
    )
    .orderBy(asc(audit_links.sequence))
    .limit(limit);
