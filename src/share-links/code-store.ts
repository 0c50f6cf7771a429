import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { day, minute } from '../shared/time.ts';

/** Milliseconds for which a code is valid. */
export const codeTtl = 10 * minute;
/** Wrong codes after which the right one is refused, too. */
const maxTries = 5;
/** Codes that an address gets in a day. */
const maxSends = 10;

/** The least time between two codes to one address. */
const sendEvery = minute;

interface Code {
  readonly workspace_id: string;
  readonly link_id: string;
  readonly email: string;
  readonly hash: string;
}

/** Replaces the code of an address. Returns a row if it may be sent, nothing if too many were sent. */
export const replaceCode = (db: Db, { workspace_id, link_id, email, hash }: Code, now: number) =>
  db.all<{ sends: number }>(sql`
    insert into share_codes (link_id, email, workspace_id, hash, tries, sends, window_start, sent_at, expires_at)
    values (${link_id}, ${email}, ${workspace_id}, ${hash}, 0, 1, ${now}, ${now}, ${now + codeTtl})
    on conflict (link_id, email) do update set hash = excluded.hash, tries = 0, sent_at = excluded.sent_at, expires_at = excluded.expires_at,
      sends = iif(share_codes.window_start <= ${now - day}, 1, share_codes.sends + 1),
      window_start = iif(share_codes.window_start <= ${now - day}, ${now}, share_codes.window_start)
    where share_codes.sent_at <= ${now - sendEvery} and (share_codes.sends < ${maxSends} or share_codes.window_start <= ${now - day})
    returning sends`);

/** Counts a try of a code. Returns its hash, or nothing for a code that is absent, expired or tried too often. */
export const tryCode = (
  db: Db,
  { workspace_id, link_id, email }: Omit<Code, 'hash'>,
  now: number,
) =>
  db.all<{ hash: string }>(sql`
    update share_codes set tries = tries + 1
    where link_id = ${link_id} and email = ${email} and workspace_id = ${workspace_id} and tries < ${maxTries} and expires_at > ${now}
    returning hash`);

/** Uses up a code. Returns a row for the first of those who use it. */
export const takeCode = (db: Db, { workspace_id, link_id, email, hash }: Code, now: number) =>
  db.all<{ email: string }>(sql`
    update share_codes set expires_at = 0
    where link_id = ${link_id} and email = ${email} and workspace_id = ${workspace_id} and hash = ${hash} and expires_at > ${now}
    returning email`);

/** Deletes codes of which nothing is counted any longer. */
export const deleteOldCodes = (db: Db, now: number, limit: number) =>
  db.run(sql`
    delete from share_codes where rowid in (select rowid from share_codes where expires_at < ${now - day} and sent_at < ${now - day} limit ${limit})`);
