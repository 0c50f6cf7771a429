import { and, asc, desc, eq, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { mcp_servers, mcp_tools } from '../../db/schema/mcp.ts';
import type { Offer } from './definition.ts';

export type McpServerRow = typeof mcp_servers.$inferSelect;
export type McpToolRow = typeof mcp_tools.$inferSelect;

/** A server with its sealed secrets. */
export type SealedServer = McpServerRow & { readonly sealed: Readonly<Record<string, string>> };

const one = (workspace_id: string, id: string) =>
  and(eq(mcp_servers.workspace_id, workspace_id), eq(mcp_servers.id, id));

/** The sealed secrets of a server by their field. */
const sealed = sql<
  SealedServer['sealed']
>`(select json_group_object(x.field, x.sealed) from secrets x
  where x.workspace_id = mcp_servers.workspace_id and x.owner_type = 'mcp_server' and x.owner_id = mcp_servers.id)`
  .mapWith((json: string) => JSON.parse(json) as SealedServer['sealed'])
  .as('sealed');

const columns = {
  id: mcp_servers.id,
  workspace_id: mcp_servers.workspace_id,
  name: sql<string>`${mcp_servers.name}`.as('server_name'),
  url: mcp_servers.url,
  auth: mcp_servers.auth,
  credentials: mcp_servers.credentials,
  tools: mcp_servers.tools,
  timeout_ms: mcp_servers.timeout_ms,
  max_bytes: mcp_servers.max_bytes,
  revision: mcp_servers.revision,
  status: mcp_servers.status,
  error: mcp_servers.error,
  refused: mcp_servers.refused,
  server_info: mcp_servers.server_info,
  refreshed_at: mcp_servers.refreshed_at,
  created_by: mcp_servers.created_by,
  created_at: mcp_servers.created_at,
  updated_at: mcp_servers.updated_at,
};

export const selectServer = (db: Db, workspace_id: string, id: string) =>
  db
    .select({ ...columns, sealed })
    .from(mcp_servers)
    .where(one(workspace_id, id));

export const selectServersByIds = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select({ ...columns, sealed })
    .from(mcp_servers)
    .where(
      and(
        eq(mcp_servers.workspace_id, workspace_id),
        sql`${mcp_servers.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    );

export const selectServers = (
  db: Db,
  workspace_id: string,
  q: string | undefined,
  after: string | null,
  limit: number,
) =>
  db
    .select(columns)
    .from(mcp_servers)
    .where(
      and(
        eq(mcp_servers.workspace_id, workspace_id),
        q === undefined ? undefined : sql`instr(lower(${mcp_servers.name}), lower(${q})) > 0`,
        after === null ? undefined : lt(mcp_servers.id, after),
      ),
    )
    .orderBy(desc(mcp_servers.id))
    .limit(limit);

export const selectTools = (db: Db, workspace_id: string, server_id: string) =>
  db
    .select()
    .from(mcp_tools)
    .where(and(eq(mcp_tools.workspace_id, workspace_id), eq(mcp_tools.server_id, server_id)))
    .orderBy(asc(mcp_tools.name));

/** Accepted tools that their servers still offer. */
const acceptedWhere = (workspace_id: string, more?: SQL) =>
  and(
    eq(mcp_tools.workspace_id, workspace_id),
    isNotNull(mcp_tools.accepted_hash),
    isNotNull(mcp_tools.offered_hash),
    more,
  );

/** Tools that a configuration can name, with the rules of their servers. */
export const selectAccepted = (db: Db, workspace_id: string) =>
  db
    .select({
      name: mcp_tools.name,
      tool_name: mcp_tools.tool_name,
      accepted: mcp_tools.accepted,
      rules: mcp_servers.tools,
    })
    .from(mcp_tools)
    .innerJoin(mcp_servers, eq(mcp_servers.id, mcp_tools.server_id))
    .where(acceptedWhere(workspace_id))
    .orderBy(mcp_tools.tool_name);

/** Accepted tools by the names of models, and all those of servers by the names of these. */
export const selectPinnable = (
  db: Db,
  workspace_id: string,
  names: readonly string[],
  servers: readonly string[] = [],
) =>
  db
    .select({
      server: sql<string>`${mcp_servers.name}`.as('server'),
      server_id: mcp_tools.server_id,
      name: mcp_tools.name,
      tool_name: mcp_tools.tool_name,
      rules: mcp_servers.tools,
      hash: sql<string>`${mcp_tools.accepted_hash}`.as('hash'),
    })
    .from(mcp_tools)
    .innerJoin(mcp_servers, eq(mcp_servers.id, mcp_tools.server_id))
    .where(
      acceptedWhere(
        workspace_id,
        sql`(${mcp_tools.tool_name} in (select value from json_each(${JSON.stringify(names)}))
          or ${mcp_servers.name} in (select value from json_each(${JSON.stringify(servers)})))`,
      ),
    )
    .orderBy(mcp_tools.tool_name);

/** The tools of pins, as they are now. */
export const selectPinned = (
  db: Db,
  workspace_id: string,
  pins: readonly { readonly server_id: string; readonly name: string }[],
) =>
  db
    .select()
    .from(mcp_tools)
    .where(
      and(
        eq(mcp_tools.workspace_id, workspace_id),
        sql`(${mcp_tools.server_id}, ${mcp_tools.tool_name}) in (
          select value ->> 'server_id', value ->> 'name' from json_each(${JSON.stringify(pins)}))`,
      ),
    );

export const insertServer = (db: Db, row: McpServerRow) => db.insert(mcp_servers).values(row);

/** Violates `mcp_servers.revision` when the server is no longer at the revision of `row`. */
export const updateServer = (
  db: Db,
  row: McpServerRow,
  changes: Partial<Omit<McpServerRow, 'id' | 'workspace_id' | 'revision'>>,
) =>
  db
    .update(mcp_servers)
    .set({
      ...changes,
      revision: sql`case when revision = ${row.revision} then ${row.revision + 1} end`,
    })
    .where(one(row.workspace_id, row.id));

/** Violates `mcp_servers.revision` like `updateServer`, and then deletes nothing. */
export const removeServer = (db: Db, row: McpServerRow): Statement[] => [
  db
    .update(mcp_servers)
    .set({ revision: sql`case when revision = ${row.revision} then revision end` })
    .where(one(row.workspace_id, row.id)),
  db.delete(mcp_servers).where(one(row.workspace_id, row.id)),
];

/** The outcome of a listing, which leaves the settings as they are. */
export const markListed = (
  db: Db,
  { workspace_id, id }: Pick<McpServerRow, 'workspace_id' | 'id'>,
  outcome: Partial<
    Pick<McpServerRow, 'status' | 'error' | 'refused' | 'server_info' | 'refreshed_at'>
  >,
) => db.update(mcp_servers).set(outcome).where(one(workspace_id, id));

/** Writes what the server offers now. `accepts` accepts all of it: the first listing. */
export function writeOffers(
  db: Db,
  { workspace_id, id }: Pick<McpServerRow, 'workspace_id' | 'id'>,
  offers: readonly Offer[],
  now: number,
  accepts: boolean,
): Statement[] {
  const rows = JSON.stringify(offers);
  const accepted = (value: SQL) => (accepts ? value : sql`null`);
  const definition = sql.raw(`json_extract(o.value, '$.definition')`);
  const hash = sql.raw(`o.value ->> 'hash'`);
  return [
    db.run(sql`insert into mcp_tools
      (workspace_id, server_id, name, tool_name, accepted, accepted_hash, accepted_at, offered, offered_hash, changed_at)
      select ${workspace_id}, ${id}, o.value ->> 'name', o.value ->> 'tool_name', ${accepted(definition)}, ${accepted(hash)},
        ${accepts ? sql`cast(${now} as integer)` : sql`null`}, ${definition}, ${hash}, cast(${now} as integer)
      from json_each(${rows}) o
      where exists (select 1 from mcp_servers s where s.id = ${id})
      on conflict (server_id, name) do update set offered = excluded.offered, offered_hash = excluded.offered_hash,
        changed_at = excluded.changed_at where mcp_tools.offered_hash is not excluded.offered_hash
      on conflict do nothing`) as unknown as Statement,
    db.run(sql`update mcp_tools set offered = null, offered_hash = null, changed_at = cast(${now} as integer)
            where server_id = ${id} and offered_hash is not null
              and name not in (select value ->> 'name' from json_each(${rows}))`) as unknown as Statement,
    db.run(
      sql`delete from mcp_tools where server_id = ${id} and accepted_hash is null and offered_hash is null`,
    ) as unknown as Statement,
  ];
}

/** Accepts what the server offers, if it is still what was seen; a violation of `mcp_tools.changed_at` otherwise. */
export const acceptOffer = (
  db: Db,
  { workspace_id, id }: Pick<McpServerRow, 'workspace_id' | 'id'>,
  { name, hash }: { readonly name: string; readonly hash: string | null },
  now: number,
): Statement[] => [
  db.run(sql`update mcp_tools set accepted = offered, accepted_hash = offered_hash, accepted_at = cast(${now} as integer),
      changed_at = case when offered_hash is ${hash} then changed_at end
    where workspace_id = ${workspace_id} and server_id = ${id} and name = ${name}`) as unknown as Statement,
  ...(hash === null
    ? [
        db.run(
          sql`delete from mcp_tools where server_id = ${id} and name = ${name} and offered_hash is null`,
        ) as unknown as Statement,
      ]
    : []),
];
