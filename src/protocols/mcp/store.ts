import { and, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { agent_versions, agents } from '../../db/schema/agents.ts';

const columns = {
  id: agents.id,
  slug: agents.slug,
  name: agents.name,
  description: agents.description,
  archived_at: agents.archived_at,
  config: agent_versions.config,
  tools: agent_versions.tools,
};

const selectAgents = (db: Db, workspace_id: string, condition: SQL | undefined) =>
  db
    .select(columns)
    .from(agents)
    .innerJoin(agent_versions, eq(agent_versions.id, agents.active_version_id))
    .where(and(eq(agents.workspace_id, workspace_id), isNull(agents.deleted_at), condition));

export type McpAgentRow = Awaited<ReturnType<ReturnType<typeof selectAgents>['all']>>[number];

const isCovered = (only: readonly string[] | null): SQL | undefined =>
  only === null
    ? undefined
    : sql`${agents.id} in (select value from json_each(${JSON.stringify(only)}))`;

/** Selects agents that are not archived and do not represent a provider's model, newest first; `only` restricts them to these ids. */
export const selectAgentsAfter = (
  db: Db,
  workspace_id: string,
  only: readonly string[] | null,
  after: string | null,
  limit: number,
) =>
  selectAgents(
    db,
    workspace_id,
    and(
      isNull(agents.archived_at),
      isNull(agents.provider_model),
      isCovered(only),
      after === null ? undefined : lt(agents.id, after),
    ),
  )
    .orderBy(desc(agents.id))
    .limit(limit);

/** Selects an agent by id or slug. */
export const selectAgentNamed = (db: Db, workspace_id: string, agent: string) =>
  selectAgents(
    db,
    workspace_id,
    agent.startsWith('agt_') ? eq(agents.id, agent) : eq(agents.slug, agent),
  );

/** Maximum number of agents whose slugs begin alike. */
const maxAlike = 1000;

/** Selects agents whose slugs begin with the prefix. */
export const selectSlugsFrom = (db: Db, workspace_id: string, prefix: string) =>
  db
    .select({ slug: agents.slug })
    .from(agents)
    .where(
      and(
        eq(agents.workspace_id, workspace_id),
        sql`${agents.slug} >= ${prefix} and ${agents.slug} < ${`${prefix}\u007f`}`,
        isNull(agents.deleted_at),
      ),
    )
    .limit(maxAlike);
