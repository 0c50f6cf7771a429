import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agent_versions, agents } from '../db/schema/agents.ts';
import { isAgent } from './store.ts';

/**
 * Returns SQL for the id of a version: the one that `requested` names by id, number or label, else the active one.
 * The SQL is null when that version does not exist.
 *
 * Every request chooses its version here; runs do in `selectChosen` of the experiments, which falls back to this.
 */
export function chooseVersion(agent_id: SQL, requested: SQL | string | null): SQL<string | null> {
  const wanted = sql`${requested}`;
  return sql`case
    when ${wanted} is null then (select a.active_version_id from agents a where a.id = ${agent_id})
    when ${wanted} glob 'ver_*' then (select v.id from agent_versions v where v.id = ${wanted} and v.agent_id = ${agent_id})
    when ${wanted} not glob '*[^0-9]*' then (select v.id from agent_versions v where v.agent_id = ${agent_id} and v.number = cast(${wanted} as integer))
    else (select l.version_id from agent_labels l where l.agent_id = ${agent_id} and l.label = ${wanted}) end`;
}

/** The condition that joins the chosen version in `agent_versions` to a row of `agents`. */
export const isChosen = (requested: string | null): SQL =>
  eq(agent_versions.id, chooseVersion(sql`${agents.id}`, requested));

export type VersionRow = typeof agent_versions.$inferSelect;

/** Selects the chosen version of an agent, which is named by id or slug. */
export const selectVersionFor = (
  db: Db,
  workspace_id: string,
  agent: string,
  requested: string | null,
) =>
  db
    .select(getTableColumns(agent_versions))
    .from(agents)
    .innerJoin(agent_versions, isChosen(requested))
    .where(isAgent(workspace_id, agent));
