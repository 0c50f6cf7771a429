import { and, desc, eq, getTableColumns, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agent_labels, agent_versions, agents } from '../db/schema/agents.ts';
import { knowledge_bases } from '../db/schema/knowledge.ts';
import { isId } from '../shared/id.ts';
import type { AgentFields, VersionContent } from './fields.ts';

export type AgentRow = typeof agents.$inferSelect;
export type Labels = Readonly<Record<string, { readonly id: string; readonly number: number }>>;

/** The properties of an agent outside its row. `number` is that of the active version. */
interface Shown {
  readonly number: number;
  readonly labels: Labels;
  readonly base_id: string;
}
export type AgentSummaryRow = AgentRow & Shown & { readonly model: string };
export type AgentDetailRow = AgentRow &
  Shown &
  VersionContent & {
    readonly config_hash: string;
  };

/** The condition for an agent by id or slug, which cannot be confused: a slug has no underscore. */
export const isAgent = (workspace_id: string, agent: string): SQL =>
  sql`${eq(agents.workspace_id, workspace_id)} and ${isId('agt', agent) ? eq(agents.id, agent) : eq(agents.slug, agent)} and ${isNull(agents.deleted_at)}`;

const labelsOfAgent = sql<Labels>`coalesce((
  select json_group_object(l.label, json_object('id', v.id, 'number', v.number))
  from agent_labels l join agent_versions v on v.id = l.version_id where l.agent_id = ${agents.id}), '{}')`
  .mapWith((text: string) => JSON.parse(text) as Labels)
  .as('labels');

const ownBase =
  sql<string>`(select b.id from knowledge_bases b where b.agent_id = ${agents.id})`.as('base_id');

const shown = () => ({
  ...getTableColumns(agents),
  number: agent_versions.number,
  labels: labelsOfAgent,
  base_id: ownBase,
});

/** Selects the row of an agent by id or slug. */
export const selectAgent = (db: Db, workspace_id: string, agent: string) =>
  db.select().from(agents).where(isAgent(workspace_id, agent));

/** Selects an agent with its active configuration, labels and own base, by id or slug. */
export const selectAgentDetail = (db: Db, workspace_id: string, agent: string) =>
  db
    .select({
      ...shown(),
      config: agent_versions.config,
      config_hash: agent_versions.config_hash,
      tools: agent_versions.tools,
    })
    .from(agents)
    .innerJoin(agent_versions, eq(agent_versions.id, agents.active_version_id))
    .where(isAgent(workspace_id, agent));

/** Returns a subquery for the id of the agent's own base. */
export const ownBaseOf = (workspace_id: string, agent: string): SQL =>
  sql`(select b.id from knowledge_bases b where b.agent_id = (select ${agents.id} from agents where ${isAgent(workspace_id, agent)}))`;

/** Selects the agent's own base. */
export const selectOwnBase = (db: Db, workspace_id: string, agent_id: string) =>
  db
    .select({ id: knowledge_bases.id })
    .from(knowledge_bases)
    .where(
      and(eq(knowledge_bases.workspace_id, workspace_id), eq(knowledge_bases.agent_id, agent_id)),
    );

export interface AgentFilter {
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  readonly archived?: boolean | undefined;
  /** Ids of the agents that the caller may see; null for all. */
  readonly only: readonly string[] | null;
}

export const selectAgents = (
  db: Db,
  workspace_id: string,
  filter: AgentFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select({
      ...shown(),
      model: sql<string>`json_extract(${agent_versions.config}, '$.model')`.as('model'),
    })
    .from(agents)
    .innerJoin(agent_versions, eq(agent_versions.id, agents.active_version_id))
    .where(
      and(
        eq(agents.workspace_id, workspace_id),
        isNull(agents.deleted_at),
        filter.archived === true ? isNotNull(agents.archived_at) : isNull(agents.archived_at),
        filter.only === null
          ? undefined
          : sql`${agents.id} in (select value from json_each(${JSON.stringify(filter.only)}))`,
        filter.tag === undefined
          ? undefined
          : sql`exists (select 1 from json_each(${agents.tags}) where value = ${filter.tag})`,
        filter.q === undefined ? undefined : mentions(filter.q),
        after === null ? undefined : lt(agents.id, after),
      ),
    )
    .orderBy(desc(agents.id))
    .limit(limit);

// LIKE takes patterns of at most 50 bytes and would need escapes for `%` and `_`.
const mentions = (text: string): SQL =>
  sql`instr(lower(${agents.name} || char(10) || ${agents.slug} || char(10) || ${agents.description}), lower(${text})) > 0`;

/** Selects the first candidate that no agent of the workspace has. */
export const selectFreeSlug = (db: Db, workspace_id: string, candidates: readonly string[]) =>
  db.get<
    { slug: string } | undefined
  >(sql`select value as slug from json_each(${JSON.stringify(candidates)})
    where not exists (select 1 from agents where workspace_id = ${workspace_id} and slug = value) order by key limit 1`);

export const insertAgent = (db: Db, row: AgentRow) => db.insert(agents).values(row);

export type AgentChanges = Partial<
  Pick<
    AgentRow,
    | keyof AgentFields
    | 'slug'
    | 'archived_at'
    | 'deleted_at'
    | 'provider_model'
    | 'require_evaluation'
  >
>;

/**
 * Updates an agent if it is still at the revision of `row`. Otherwise the whole batch fails, by a null in
 * `agents.revision`.
 */
export const changeAgent = (
  db: Db,
  row: AgentRow,
  changes: AgentChanges & { active_version_id?: string },
  versions: 0 | 1,
  now: number,
) =>
  db
    .update(agents)
    .set({
      ...changes,
      latest_version: sql`latest_version + ${versions}`,
      revision: sql`case when revision = ${row.revision} then revision + 1 end`,
      updated_at: now,
    })
    .where(and(eq(agents.workspace_id, row.workspace_id), eq(agents.id, row.id)));

export const upsertLabel = (db: Db, row: typeof agent_labels.$inferInsert) =>
  db
    .insert(agent_labels)
    .values(row)
    .onConflictDoUpdate({
      target: [agent_labels.agent_id, agent_labels.label],
      set: { version_id: row.version_id, updated_by: row.updated_by, updated_at: row.updated_at },
    });

export const deleteLabel = (db: Db, workspace_id: string, agent_id: string, label: string) =>
  db
    .delete(agent_labels)
    .where(
      and(
        eq(agent_labels.workspace_id, workspace_id),
        eq(agent_labels.agent_id, agent_id),
        eq(agent_labels.label, label),
      ),
    );

/** Selects the bases that an agent's active version searches. */
export const selectBasesOf = (db: Db, workspace_id: string, agent: string) =>
  db
    .select({ id: knowledge_bases.id, name: knowledge_bases.name })
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        isNull(knowledge_bases.deleted_at),
        sql`${knowledge_bases.id} in (select j.value from ${agents} join agent_versions v on v.id = ${agents.active_version_id},
          json_each(v.config, '$.knowledge.base_ids') j where ${isAgent(workspace_id, agent)})`,
      ),
    );

export const selectBaseNames = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select({ id: knowledge_bases.id, name: knowledge_bases.name })
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        sql`${knowledge_bases.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    );

/** Selects shared bases by name. */
export const selectSharedBases = (db: Db, workspace_id: string, names: readonly string[]) =>
  db
    .select({ id: knowledge_bases.id, name: knowledge_bases.name })
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        // The plus avoids the index on agent_id, which has the shared bases of all workspaces together.
        sql`+${knowledge_bases.agent_id} is null`,
        isNull(knowledge_bases.deleted_at),
        sql`${knowledge_bases.name} in (select value from json_each(${JSON.stringify(names)}))`,
      ),
    );
