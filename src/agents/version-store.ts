import { and, desc, eq, getTableColumns, lt, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Db } from '../db/client.ts';
import { agent_activations, agent_versions, agents } from '../db/schema/agents.ts';
import { type PinState, pinStates, pinsExist } from '../tools/index.ts';
import { isAgent } from './store.ts';
import { isChosen, type VersionRow } from './version-choice.ts';

export type ShownVersionRow = VersionRow & { readonly states: readonly PinState[] };
export type ActivationRow = typeof agent_activations.$inferSelect;

const agentId = (workspace_id: string, agent: string): SQL =>
  sql`(select ${agents.id} from agents where ${isAgent(workspace_id, agent)})`;

/** Selects one version with the state of each of its tool pins. */
export const selectShownVersion = (db: Db, workspace_id: string, agent: string, version: string) =>
  db
    .select({ ...getTableColumns(agent_versions), states: pinStates(sql`${agent_versions.tools}`) })
    .from(agents)
    .innerJoin(agent_versions, isChosen(version))
    .where(isAgent(workspace_id, agent));

/** Selects versions, newest first, without configurations; `after` is a version number. */
export const selectVersions = (
  db: Db,
  workspace_id: string,
  agent: string,
  after: number | null,
  limit: number,
) =>
  db
    .select({
      id: agent_versions.id,
      agent_id: agent_versions.agent_id,
      number: agent_versions.number,
      change_summary: agent_versions.change_summary,
      created_by: agent_versions.created_by,
      created_at: agent_versions.created_at,
    })
    .from(agent_versions)
    .where(
      and(
        eq(agent_versions.workspace_id, workspace_id),
        eq(agent_versions.agent_id, agentId(workspace_id, agent)),
        after === null ? undefined : lt(agent_versions.number, after),
      ),
    )
    .orderBy(desc(agent_versions.number))
    .limit(limit);

/**
 * Inserts a version with the number that `changeAgent` or `insertAgent` assigned earlier in the batch. Violates
 * `agent_versions.tools` when a tool it names has been erased.
 */
export const insertVersion = (db: Db, row: Omit<VersionRow, 'number'>) =>
  db.insert(agent_versions).values({
    ...row,
    tools: sql`iif(${pinsExist(row.workspace_id, row.tools)}, ${JSON.stringify(row.tools)}, null)`,
    number: sql`(select latest_version from agents where id = ${row.agent_id})`,
  });

export const insertActivation = (db: Db, row: ActivationRow) =>
  db.insert(agent_activations).values(row);

export type ActivationSummaryRow = Awaited<
  ReturnType<ReturnType<typeof selectActivations>['all']>
>[number];

/** Selects activations, newest first, with the numbers of their versions; `after` is an id. */
export const selectActivations = (
  db: Db,
  workspace_id: string,
  agent: string,
  after: string | null,
  limit: number,
) => {
  const current = alias(agent_versions, 'current');
  const previous = alias(agent_versions, 'previous');
  return db
    .select({
      id: agent_activations.id,
      version_id: agent_activations.version_id,
      number: sql<number>`${current.number}`.as('number'),
      previous_version_id: agent_activations.previous_version_id,
      previous_number: sql<number | null>`${previous.number}`.as('previous_number'),
      reason: agent_activations.reason,
      override_reason: agent_activations.override_reason,
      actor_type: agent_activations.actor_type,
      actor_id: agent_activations.actor_id,
      created_at: agent_activations.created_at,
    })
    .from(agent_activations)
    .innerJoin(current, eq(current.id, agent_activations.version_id))
    .leftJoin(previous, eq(previous.id, agent_activations.previous_version_id))
    .where(
      and(
        eq(agent_activations.workspace_id, workspace_id),
        eq(agent_activations.agent_id, agentId(workspace_id, agent)),
        after === null ? undefined : lt(agent_activations.id, after),
      ),
    )
    .orderBy(desc(agent_activations.id))
    .limit(limit);
};
