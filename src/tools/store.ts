import { and, desc, eq, gt, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { tool_revisions, tool_secrets, tools } from '../db/schema/tools.ts';

export type ToolBaseRow = typeof tools.$inferSelect;
export type RevisionRow = typeof tool_revisions.$inferSelect;
export type SecretRow = typeof tool_secrets.$inferSelect;

export interface SecretSummary {
  readonly header: string;
  readonly origin: string;
  readonly last_four: string | null;
  readonly fingerprint: string;
  readonly updated_at: number;
}

/** A tool with its current revision and summaries of its secrets, by id. */
export type ToolRow = ToolBaseRow &
  Pick<RevisionRow, 'effect' | 'definition'> & {
    readonly secrets: Readonly<Record<string, SecretSummary>>;
  };

const secretsOfTool = sql<ToolRow['secrets']>`(
  select json_group_object(s.id, json_object('header', s.header, 'origin', s.origin, 'last_four', s.last_four,
    'fingerprint', s.fingerprint, 'updated_at', s.updated_at)) from tool_secrets s where s.tool_id = ${tools.id})`
  .mapWith((text: string) => JSON.parse(text) as ToolRow['secrets'])
  .as('secrets');

const selectLive = (db: Db, workspace_id: string, where: SQL | undefined) =>
  db
    .select({
      id: tools.id,
      workspace_id: tools.workspace_id,
      name: tools.name,
      revision: sql<number>`${tools.revision}`.as('revision'),
      deleted_at: tools.deleted_at,
      created_by: tools.created_by,
      created_at: tools.created_at,
      updated_at: tools.updated_at,
      effect: tool_revisions.effect,
      definition: tool_revisions.definition,
      secrets: secretsOfTool,
    })
    .from(tools)
    .innerJoin(
      tool_revisions,
      and(eq(tool_revisions.tool_id, tools.id), eq(tool_revisions.revision, tools.revision)),
    )
    .where(and(eq(tools.workspace_id, workspace_id), isNull(tools.deleted_at), where));

export const selectTool = (db: Db, workspace_id: string, id: string) =>
  selectLive(db, workspace_id, eq(tools.id, id));

export interface ToolFilter {
  readonly q?: string | undefined;
  readonly effect?: RevisionRow['effect'] | undefined;
}

export const selectTools = (
  db: Db,
  workspace_id: string,
  { q, effect }: ToolFilter,
  after: string | null,
  limit: number,
) =>
  selectLive(
    db,
    workspace_id,
    and(
      effect === undefined ? undefined : eq(tool_revisions.effect, effect),
      q === undefined ? undefined : sql`instr(lower(${tools.name}), lower(${q})) > 0`,
      after === null ? undefined : lt(tools.id, after),
    ),
  )
    .orderBy(desc(tools.id))
    .limit(limit);

/** Name, description and effect of every live tool; a quota bounds their number. */
export const selectListed = (db: Db, workspace_id: string) =>
  db
    .select({
      name: tools.name,
      description: sql<string>`${tool_revisions.definition} ->> 'description'`,
      effect: tool_revisions.effect,
    })
    .from(tools)
    .innerJoin(
      tool_revisions,
      and(eq(tool_revisions.tool_id, tools.id), eq(tool_revisions.revision, tools.revision)),
    )
    .where(and(eq(tools.workspace_id, workspace_id), isNull(tools.deleted_at)))
    .orderBy(tools.id);

/** Live tools by name. */
export const selectToolsByName = (db: Db, workspace_id: string, names: readonly string[]) =>
  db
    .select({ id: tools.id, name: tools.name, revision: tools.revision })
    .from(tools)
    .where(
      and(
        eq(tools.workspace_id, workspace_id),
        isNull(tools.deleted_at),
        sql`${tools.name} in (select value from json_each(${JSON.stringify(names)}))`,
      ),
    );

export const insertTool = (db: Db, row: ToolBaseRow) => db.insert(tools).values(row);
export const insertRevision = (db: Db, row: RevisionRow) => db.insert(tool_revisions).values(row);

/** Violates `tools.revision` when the tool is no longer at `from`, or gone. */
export const advanceTool = (
  db: Db,
  row: ToolBaseRow,
  changes: Pick<ToolBaseRow, 'name' | 'revision' | 'updated_at'>,
) =>
  db
    .update(tools)
    .set({
      ...changes,
      revision: sql`case when revision = ${row.revision} and deleted_at is null then ${changes.revision} end`,
    })
    .where(and(eq(tools.workspace_id, row.workspace_id), eq(tools.id, row.id)));

export const insertSecret = (db: Db, row: SecretRow) => db.insert(tool_secrets).values(row);

/** Replaces the value of a secret in every revision that refers to it. */
export const replaceSecret = (
  db: Db,
  { workspace_id, tool_id, id, ...changes }: Omit<SecretRow, 'header' | 'origin'>,
) =>
  db
    .update(tool_secrets)
    .set(changes)
    .where(
      and(
        eq(tool_secrets.workspace_id, workspace_id),
        eq(tool_secrets.tool_id, tool_id),
        eq(tool_secrets.id, id),
      ),
    );

export const markToolDeleted = (db: Db, row: ToolBaseRow, now: number) =>
  db
    .update(tools)
    .set({
      deleted_at: now,
      updated_at: now,
      revision: sql`case when revision = ${row.revision} and deleted_at is null then revision end`,
    })
    .where(and(eq(tools.workspace_id, row.workspace_id), eq(tools.id, row.id)));

/** Selects secrets of all workspaces for the rotation of keys. */
export const selectOldSecrets = (db: Db, version: number, after: string, limit: number) =>
  db
    .select()
    .from(tool_secrets)
    .where(and(lt(tool_secrets.key_version, version), gt(tool_secrets.id, after)))
    .orderBy(tool_secrets.id)
    .limit(limit);

/** Moves a secret, unless its value has been replaced since and is under the newest key already. */
export const moveSecret = (db: Db, row: SecretRow, value: string, key_version: number) =>
  db
    .update(tool_secrets)
    .set({ value, key_version })
    .where(
      and(
        eq(tool_secrets.workspace_id, row.workspace_id),
        eq(tool_secrets.id, row.id),
        eq(tool_secrets.value, row.value),
      ),
    );

/** Erases revisions of a deleted tool that no agent version refers to, and secrets that no revision refers to. */
export const eraseUnpinned = (db: Db, { workspace_id, id }: ToolBaseRow) => [
  db.delete(tool_revisions).where(
    and(
      eq(tool_revisions.workspace_id, workspace_id),
      eq(tool_revisions.tool_id, id),
      sql`not exists (select 1 from agent_versions v, json_each(v.tools) pin where v.workspace_id = ${workspace_id}
        and pin.value ->> 'tool_id' = ${tool_revisions.tool_id} and pin.value ->> 'revision' = ${tool_revisions.revision})`,
    ),
  ),
  db.delete(tool_secrets).where(
    and(
      eq(tool_secrets.workspace_id, workspace_id),
      eq(tool_secrets.tool_id, id),
      sql`not exists (select 1 from tool_revisions r where r.tool_id = ${id}
        and ${tool_secrets.id} in (select value from json_each(r.definition, '$.secret_headers')))`,
    ),
  ),
];

/** A revision with its sealed secrets, also of a deleted tool. */
export type PinnedRow = Pick<
  RevisionRow,
  'tool_id' | 'revision' | 'name' | 'effect' | 'definition'
> & {
  readonly secrets: readonly Pick<SecretRow, 'id' | 'header' | 'origin' | 'value'>[];
};

/** Qualified by hand: in a query of one table Drizzle writes `tool_id`, which would be that of the secret. */
const sealedSecrets = sql<PinnedRow['secrets']>`(
  select json_group_array(json_object('id', s.id, 'header', s.header, 'origin', s.origin, 'value', s.value))
  from tool_secrets s where s.tool_id = tool_revisions.tool_id)`
  .mapWith((text: string) => JSON.parse(text) as PinnedRow['secrets'])
  .as('secrets');

export const selectPinned = (
  db: Db,
  workspace_id: string,
  pins: readonly { readonly tool_id: string; readonly revision: number }[],
) =>
  db
    .select({
      tool_id: tool_revisions.tool_id,
      revision: tool_revisions.revision,
      name: tool_revisions.name,
      effect: tool_revisions.effect,
      definition: tool_revisions.definition,
      secrets: sealedSecrets,
    })
    .from(tool_revisions)
    .where(
      and(
        eq(tool_revisions.workspace_id, workspace_id),
        sql`(${tool_revisions.tool_id}, ${tool_revisions.revision}) in (
          select value ->> 'tool_id', value ->> 'revision' from json_each(${JSON.stringify(pins)}))`,
      ),
    );
