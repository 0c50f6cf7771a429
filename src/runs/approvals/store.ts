import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { type ApprovalStatus, approvals } from '../../db/schema/approvals.ts';
import type { PendingCall } from '../../execution/index.ts';
import type { ActiveRun } from '../active-run.ts';
import { namedAgent } from '../list/named-agent.ts';
import type { RunRow } from '../store/runs.ts';
import type { AnsweredAction, Decision } from '../suspension/state.ts';

export type ApprovalRow = typeof approvals.$inferSelect;

/** Stores the calls of a step that wait for approval, with the step. */
export const insertApprovals = (
  db: Db,
  { run, end_user_id }: Pick<ActiveRun, 'run' | 'end_user_id'>,
  pending: readonly PendingCall[],
  times: Pick<ApprovalRow, 'created_at' | 'expires_at'>,
): Statement[] =>
  pending.flatMap(({ approval, ...call }) =>
    approval === undefined
      ? []
      : [
          db.insert(approvals).values({
            ...{ ...approval, ...call, ...times, end_user_id },
            workspace_id: run.workspace_id,
            agent_id: run.agent_id,
            run_id: run.id,
            session_id: run.session_id,
            status: 'pending',
          }),
        ],
  );

const statusOf: Readonly<Record<Decision['type'], ApprovalStatus>> = {
  approve: 'approved',
  edit: 'edited',
  reject: 'rejected',
};

/** Records the decisions of a run. Arguments are kept where content is logged. */
export const recordDecisions = (
  db: Db,
  { workspace_id, id: run_id }: Pick<RunRow, 'workspace_id' | 'id'>,
  answered: readonly AnsweredAction[],
  keepsContent: boolean,
): Statement[] =>
  answered.flatMap(({ tool_call_id, answered_at, decision }) =>
    decision === undefined
      ? []
      : [
          db
            .update(approvals)
            .set({
              status: statusOf[decision.type],
              decided_by: decision.decided_by,
              comment: decision.reason,
              decided_at: answered_at,
              ...(keepsContent ? { edited_input: decision.edited_input } : { input: null }),
            })
            .where(
              and(
                eq(approvals.workspace_id, workspace_id),
                eq(approvals.run_id, run_id),
                eq(approvals.tool_call_id, tool_call_id),
                eq(approvals.status, 'pending'),
              ),
            ),
        ],
  );

export interface ApprovalFilter {
  /** Id or slug of an agent. */
  readonly agent?: string | undefined;
  /** Ids of the agents that the caller may see; null for all. */
  readonly only: readonly string[] | null;
  /** The key whose sessions and one-off runs the caller is limited to. */
  readonly created_by?: string | undefined;
  /** The end user whose runs the caller is limited to. */
  readonly end_user?: string | undefined;
  readonly status?: ApprovalStatus | undefined;
  readonly run?: string | undefined;
  readonly session?: string | undefined;
  readonly end_user_id?: string | undefined;
  readonly tool?: string | undefined;
}

/** Selects approvals by their ids, oldest first, without their arguments. */
export const selectApprovalsById = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select({
      id: approvals.id,
      run_id: approvals.run_id,
      tool_call_id: approvals.tool_call_id,
      status: approvals.status,
      comment: approvals.comment,
    })
    .from(approvals)
    .where(
      and(
        eq(approvals.workspace_id, workspace_id),
        sql`${approvals.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    )
    .orderBy(asc(approvals.id));

/** The key that created the session of a run, or the run itself. */
const creator = sql`(select coalesce(s.created_by, r.created_by) from runs r left join sessions s on s.id = r.session_id
  where r.id = ${approvals.run_id})`;

/** The condition of the partial index. */
const isPending = sql`${approvals.status} = 'pending'`;

/** The status at a time: a call that nobody has decided in time has expired before its run is ended. */
const statusAt = (status: ApprovalStatus, now: number): SQL | undefined => {
  if (status === 'pending') return and(isPending, gt(approvals.expires_at, now));
  if (status !== 'expired') return eq(approvals.status, status);
  return sql`(${approvals.status} = 'expired' or (${isPending} and ${approvals.expires_at} <= ${now}))`;
};

/** The position of an approval in its list. */
export const positionOf = ({ status }: Pick<ApprovalFilter, 'status'>, row: ApprovalRow): string =>
  status === 'pending' ? `${row.expires_at}:${row.id}` : row.id;

function isAfter({ status }: ApprovalFilter, after: string | null): SQL | undefined {
  if (after === null) return undefined;
  if (status !== 'pending') return lt(approvals.id, after);
  const [time = '', id = ''] = after.split(':');
  return sql`(${approvals.expires_at}, ${approvals.id}) > (${Number(time)}, ${id})`;
}

/** Approvals, newest first; pending ones with the next to expire first. `after` is the last position of the page before. */
export const selectApprovals = (
  db: Db,
  workspace_id: string,
  filter: ApprovalFilter,
  {
    after,
    limit,
    now,
  }: { readonly after: string | null; readonly limit: number; readonly now: number },
) =>
  db
    .select()
    .from(approvals)
    .where(
      and(
        eq(approvals.workspace_id, workspace_id),
        filter.agent === undefined
          ? undefined
          : sql`${approvals.agent_id} = ${namedAgent(workspace_id, filter.agent)}`,
        filter.only === null
          ? undefined
          : sql`${approvals.agent_id} in (select value from json_each(${JSON.stringify(filter.only)}))`,
        filter.created_by === undefined ? undefined : sql`${creator} = ${filter.created_by}`,
        filter.end_user === undefined ? undefined : eq(approvals.end_user_id, filter.end_user),
        filter.status === undefined ? undefined : statusAt(filter.status, now),
        filter.run === undefined ? undefined : eq(approvals.run_id, filter.run),
        filter.session === undefined ? undefined : eq(approvals.session_id, filter.session),
        filter.end_user_id === undefined
          ? undefined
          : eq(approvals.end_user_id, filter.end_user_id),
        filter.tool === undefined ? undefined : eq(approvals.tool_name, filter.tool),
        isAfter(filter, after),
      ),
    )
    .orderBy(
      ...(filter.status === 'pending'
        ? [asc(approvals.expires_at), asc(approvals.id)]
        : [desc(approvals.id)]),
    )
    .limit(limit);
