import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { agent_versions } from '../../db/schema/agents.ts';
import { type Caller, callerOf, selectChosen } from '../../experiments/index.ts';

export const versionColumns = {
  version_id: sql<string>`${agent_versions.id}`.as('version_id'),
  agent_id: agent_versions.agent_id,
  number: agent_versions.number,
  config: agent_versions.config,
  tools: agent_versions.tools,
  background_model: sql<
    string | null
  >`(select w.background_model from workspaces w where w.id = ${agent_versions.workspace_id})`.as(
    'background_model',
  ),
};

/** Selects the version that a caller would use now, which is not stored yet. */
export const selectVersionOfCaller = (db: Db, workspace_id: string, caller: Caller) =>
  db
    .select(versionColumns)
    .from(agent_versions)
    .where(
      and(
        eq(agent_versions.workspace_id, workspace_id),
        eq(agent_versions.id, sql`(select version_id from (${selectChosen(callerOf(caller))}))`),
      ),
    );

/** Selects the version of a run; no row when it is the one that the caller has cached. */
export const selectVersionOfRun = (db: Db, run_id: string, cached: string | null) =>
  db
    .select(versionColumns)
    .from(agent_versions)
    .where(
      sql`${agent_versions.id} = (select r.version_id from runs r where r.id = ${run_id} and (${cached} is null or r.version_id <> ${cached}))`,
    );

/** `selectVersionOfRun` for a batch, compiled once. */
export const readVersionOfRun = compileByColumns<{
  readonly run_id: string;
  readonly cached: string | null;
}>((db, { run_id, cached }) => selectVersionOfRun(db, run_id, cached));

export type RunVersionRow = Awaited<
  ReturnType<ReturnType<typeof selectVersionOfRun>['all']>
>[number];
