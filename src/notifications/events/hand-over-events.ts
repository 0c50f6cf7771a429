import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { hand_overs } from '../../db/schema/hand-overs.ts';
import type { EventData } from './registry.ts';

export type HandOverEvent = 'session.handed_over' | 'session.replied' | 'session.handed_back';

export interface HandOverRow
  extends Pick<
    typeof hand_overs.$inferSelect,
    'id' | 'session_id' | 'agent_id' | 'end_user_id' | 'requested_by'
  > {
  /** The reply of the event; null for other events. */
  readonly message_id: string | null;
}

/** The hand-overs of queued events; the subject of a reply is its message. */
export const selectHandOvers = (db: Db, page: SQL) =>
  db.all<HandOverRow>(sql`
    select q.subject_id as id, h.session_id, h.agent_id, h.end_user_id, h.requested_by, m.id as message_id
    from ${page} left join messages m on m.id = q.subject_id and m.workspace_id = q.workspace_id
    cross join hand_overs h on h.id = iif(m.id is null, q.subject_id,
      (select max(o.id) from hand_overs o where o.session_id = m.session_id and o.created_at <= m.created_at)) and h.workspace_id = q.workspace_id`);

export const toHandOverData = ({ id: _, ...row }: HandOverRow): EventData<'session.handed_over'> =>
  row;
