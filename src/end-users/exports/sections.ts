import { type SQL, sql } from 'drizzle-orm';

/** Rows of one kind in an export, in the order of `key`. */
export interface Section {
  readonly kind: string;
  readonly table: string;
  /** A unique column by which the rows are paged. */
  readonly key: string;
  readonly where: (workspace_id: string, end_user_id: string) => SQL;
  /** Columns that are left out: they identify other rows only, or bind secrets. */
  readonly without?: readonly string[];
}

const own = (workspace_id: string, end_user_id: string) =>
  sql`workspace_id = ${workspace_id} and end_user_id = ${end_user_id}`;
const inSessions = (workspace_id: string, end_user_id: string) =>
  sql`session_id in (select s.id from sessions s where s.workspace_id = ${workspace_id} and s.end_user_id = ${end_user_id})`;
const ofRuns = (workspace_id: string, end_user_id: string) => sql`run_id in (
  select r.id from sessions s join runs r on r.workspace_id = s.workspace_id and r.session_id = s.id
    where s.workspace_id = ${workspace_id} and s.end_user_id = ${end_user_id}
  union all select c.run_id from run_contents c where c.workspace_id = ${workspace_id} and c.end_user_id = ${end_user_id})`;

/** Everything that the database holds of an end user. A test names a table with an end user's id that is missing here. */
export const sections: readonly Section[] = [
  {
    kind: 'end_user',
    table: 'end_users',
    key: 'id',
    where: (workspace_id, id) => sql`workspace_id = ${workspace_id} and id = ${id}`,
  },
  { kind: 'session', table: 'sessions', key: 'id', where: own, without: ['index_number'] },
  { kind: 'message', table: 'messages', key: 'id', where: inSessions },
  { kind: 'summary', table: 'session_summaries', key: 'id', where: inSessions },
  { kind: 'session_event', table: 'session_events', key: 'id', where: inSessions },
  { kind: 'attachment', table: 'attachments', key: 'id', where: inSessions },
  {
    kind: 'run',
    table: 'runs',
    key: 'id',
    where: (workspace_id, end_user_id) =>
      sql`(${inSessions(workspace_id, end_user_id)} or id in (select c.run_id from run_contents c where c.workspace_id = ${workspace_id} and c.end_user_id = ${end_user_id}))`,
  },
  { kind: 'one_off_run', table: 'run_contents', key: 'run_id', where: own },
  { kind: 'one_off_file', table: 'run_files', key: 'id', where: ofRuns },
  { kind: 'step', table: 'run_steps', key: 'id', where: ofRuns },
  { kind: 'memory', table: 'memories', key: 'id', where: own },
  { kind: 'hand_over', table: 'hand_overs', key: 'id', where: own },
  { kind: 'channel_thread', table: 'channel_threads', key: 'id', where: own },
  {
    kind: 'channel_message',
    table: 'channel_messages',
    key: 'id',
    where: (workspace_id, end_user_id) =>
      sql`thread_id in (select t.id from channel_threads t where ${own(workspace_id, end_user_id)})`,
  },
  {
    kind: 'channel_delivery',
    table: 'channel_deliveries',
    key: 'id',
    where: (workspace_id, end_user_id) =>
      sql`thread_id in (select t.id from channel_threads t where ${own(workspace_id, end_user_id)})`,
  },
  {
    kind: 'share_visit',
    table: 'share_visitors',
    key: 'id',
    where: (workspace_id, id) => sql`workspace_id = ${workspace_id} and id = ${id}`,
  },
  { kind: 'feedback', table: 'feedback', key: 'id', where: own },
  { kind: 'approval', table: 'approvals', key: 'id', where: own },
  { kind: 'code_execution', table: 'code_executions', key: 'id', where: own },
  { kind: 'generated_file', table: 'generated_files', key: 'id', where: own },
  {
    kind: 'sign_in',
    table: 'mcp_authorizations',
    key: 'id',
    where: own,
    without: ['state_digest'],
  },
  { kind: 'schedule', table: 'schedules', key: 'id', where: own },
  {
    kind: 'budget',
    table: 'budgets',
    key: 'id',
    where: (workspace_id, id) =>
      sql`workspace_id = ${workspace_id} and scope = 'end_user' and subject_id = ${id}`,
    without: ['webhook_url'],
  },
  { kind: 'usage', table: 'usage', key: 'id', where: own },
  {
    kind: 'audit_entry',
    table: 'audit_log',
    key: 'id',
    where: (workspace_id, id) =>
      sql`workspace_id = ${workspace_id} and ((actor_type = 'end_user' and actor_id = ${id}) or (target_type = 'end_user' and target_id = ${id}))`,
  },
];
