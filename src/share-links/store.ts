import { and, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { valuesOf } from '../db/json-values.ts';
import { agents } from '../db/schema/agents.ts';
import { share_codes, share_links, share_visitors } from '../db/schema/share-links.ts';
import { api_keys } from '../db/schema/workspaces.ts';
import { isOfServedWorkspace } from '../db/served-workspace.ts';

export type ShareLinkRow = typeof share_links.$inferSelect;
export type VisitorRow = typeof share_visitors.$inferSelect;

const own = (workspace_id: string, id: string) =>
  and(eq(share_links.workspace_id, workspace_id), eq(share_links.id, id));

/** Maximum number of share links of a workspace, with those that are switched off. */
export const maxShareLinks = 1000;

/** Inserts a link. Violates `share_links.address` at the maximum number. */
export const insertShareLink = (db: Db, row: ShareLinkRow) =>
  db.insert(share_links).values({
    ...row,
    address: sql`iif((select count(*) from share_links l where l.workspace_id = ${row.workspace_id}) < ${sql.raw(String(maxShareLinks))}, ${row.address}, null)`,
  });

export const selectShareLink = (db: Db, workspace_id: string, id: string) =>
  db.select().from(share_links).where(own(workspace_id, id));

/** Selects links, newest first: of an agent, or of `only` these. */
export const selectShareLinks = (
  db: Db,
  workspace_id: string,
  agent: string | undefined,
  only: readonly string[] | null,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(share_links)
    .where(
      and(
        eq(share_links.workspace_id, workspace_id),
        agent === undefined ? undefined : eq(share_links.agent_id, agent),
        only === null ? undefined : inArray(share_links.agent_id, valuesOf(only)),
        after === null ? undefined : lt(share_links.id, after),
      ),
    )
    .orderBy(desc(share_links.id))
    .limit(limit);

/** Finds a link by the address in its URL, which determines the workspace; with the name of its agent. */
export const selectByAddress = (db: Db, address: string) =>
  db
    .select({ link: share_links, agent_name: sql<string>`${agents.name}`.as('agent_name') })
    .from(share_links)
    .innerJoin(agents, eq(agents.id, share_links.agent_id))
    .where(
      and(
        eq(share_links.address, address),
        sql`${agents.deleted_at} is null`,
        isOfServedWorkspace(share_links.workspace_id),
      ),
    );

export const updateShareLink = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<ShareLinkRow>,
) => db.update(share_links).set(changes).where(own(workspace_id, id)).returning();

/** Deletes a link with its visitors. Their sessions are kept, and are those of a revoked key. */
export const deleteShareLink = (db: Db, workspace_id: string, id: string, now: number) => [
  db
    .delete(share_codes)
    .where(and(eq(share_codes.link_id, id), eq(share_codes.workspace_id, workspace_id))),
  db
    .delete(share_visitors)
    .where(and(eq(share_visitors.workspace_id, workspace_id), eq(share_visitors.link_id, id))),
  db.delete(share_links).where(own(workspace_id, id)),
  updateKey(db, workspace_id, id, { revoked_at: now }),
];

/** Changes the key of a link. */
export const updateKey = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<Pick<typeof api_keys.$inferSelect, 'revoked_at' | 'expires_at' | 'name'>>,
) =>
  db
    .update(api_keys)
    .set(changes)
    .where(and(eq(api_keys.workspace_id, workspace_id), eq(api_keys.id, id)));

/** True for a link that admits visitors now. */
const isOpen = (now: number): SQL =>
  sql`l.enabled and (l.expires_at is null or l.expires_at > ${now})`;

/**
 * Inserts a visitor if the link is open and has room, and returns the row, or that of the same address. Returns nothing
 * otherwise: of visitors that arrive at once, as many get in as there are places.
 */
export const insertVisitor = (
  db: Db,
  {
    id,
    workspace_id,
    link_id,
    email,
  }: Pick<VisitorRow, 'id' | 'workspace_id' | 'link_id' | 'email'>,
  now: number,
) =>
  db.all<VisitorRow>(sql`
    insert into share_visitors (id, workspace_id, link_id, email, created_at, seen_at)
    select ${id}, l.workspace_id, l.id, ${email}, ${now}, ${now} from share_links l
    where l.id = ${link_id} and l.workspace_id = ${workspace_id} and ${isOpen(now)}
      and (l.max_visitors is null or l.visitors < l.max_visitors
        or exists (select 1 from share_visitors k where k.link_id = l.id and k.email = ${email}))
    on conflict (link_id, email) where email is not null do update set seen_at = ${now}
    returning *`);

/** Returns a visitor who comes back to an open link; nothing for any other. */
export const renewVisitor = (
  db: Db,
  workspace_id: string,
  link_id: string,
  id: string,
  now: number,
) =>
  db.all<VisitorRow>(sql`
    update share_visitors set seen_at = ${now} where id = ${id} and workspace_id = ${workspace_id} and link_id = ${link_id}
      and exists (select 1 from share_links l where l.id = ${link_id} and ${isOpen(now)})
    returning *`);
