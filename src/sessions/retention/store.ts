import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { day } from '../../shared/time.ts';
import { valuesOf } from '../attachments/store.ts';

export interface DueSession {
  readonly id: string;
  readonly workspace_id: string;
}

/**
 * Sessions that have expired, or are older than their workspace's retention, longest due first, of
 * each workspace at most `share`. Sessions with an active run are left for later.
 */
export const selectDueSessions = (db: Db, now: number, share: number, limit: number) =>
  db.all<DueSession>(sql`
    with due as (
      select s.id, s.workspace_id, s.expires_at as due_at from sessions s where s.expires_at <= ${now} and s.active_run_id is null
      union all
      select s.id, s.workspace_id, s.created_at + w.retention_days * ${day} from workspaces w
      join sessions s on s.workspace_id = w.id and s.created_at <= ${now} - w.retention_days * ${day}
      where w.retention_days > 0 and s.active_run_id is null
    ), ranked as (
      select id, workspace_id, min(due_at) as due_at, row_number() over (partition by workspace_id order by min(due_at), id) as place
      from due group by id, workspace_id
    )
    select id, workspace_id from ranked where place <= ${share} order by due_at, id limit ${limit}`);

/**
 * For a batch that erases sessions: violates `sessions.agent_id` when one of them has an active run
 * by now.
 */
export const refuseBusy = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .update(sessions)
    .set({ agent_id: sql`iif(${sessions.active_run_id} is null, ${sessions.agent_id}, null)` })
    .where(sql`${sessions.workspace_id} = ${workspace_id} and ${sessions.id} in ${valuesOf(ids)}`);

/** Some sessions in any state, of one agent or of the whole workspace. */
export const selectSomeSessions = (
  db: Db,
  workspace_id: string,
  agent_id: string | null,
  limit: number,
) =>
  db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        agent_id === null ? undefined : eq(sessions.agent_id, agent_id),
      ),
    )
    .limit(limit);
