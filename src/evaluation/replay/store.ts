import { and, asc, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import { type ReplayKind, replay_turns, replays } from '../../db/schema/replays.ts';
import { tallyOf } from './tally.ts';

export type ReplayRow = typeof replays.$inferSelect;
export type TurnRow = typeof replay_turns.$inferSelect;

/** Running replays and shadows of a workspace at most. */
export const maxRunning = 20;

const own = (workspace_id: string, id: string) =>
  and(eq(replays.workspace_id, workspace_id), eq(replays.id, id), isNull(replays.deleted_at));

const hasRoom = (workspace_id: string): SQL =>
  sql`(select count(*) from replays p where p.workspace_id = ${workspace_id} and p.status = 'running' and p.deleted_at is null) < ${maxRunning}`;

/** Inserts a replay. Violates the NOT NULL `replays.label` when too many are running. */
export const insertReplay = (db: Db, row: ReplayRow) =>
  db.insert(replays).values({
    ...row,
    label: sql`iif(${hasRoom(row.workspace_id)}, ${row.label}, null)`,
  });

export const selectReplay = (db: Db, workspace_id: string, id: string, kind?: ReplayKind) =>
  db
    .select()
    .from(replays)
    .where(and(own(workspace_id, id), kind === undefined ? undefined : eq(replays.kind, kind)));

/** Selects replays or shadows, newest first; of `only` these agents if given. */
export const selectReplays = (
  db: Db,
  workspace_id: string,
  {
    kind,
    agent,
    only,
  }: { kind: ReplayKind; agent?: string | undefined; only: readonly string[] | null },
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(replays)
    .where(
      and(
        eq(replays.workspace_id, workspace_id),
        eq(replays.kind, kind),
        isNull(replays.deleted_at),
        agent === undefined ? undefined : eq(replays.agent_id, agent),
        only === null ? undefined : sql`${replays.agent_id} in ${valuesOf(only)}`,
        after === null ? undefined : lt(replays.id, after),
      ),
    )
    .orderBy(desc(replays.id))
    .limit(limit);

/** Changes a replay that is in the status `from`. Violates the NOT NULL `replays.status` when it is in another, `replays.label` when too many are running. */
export const changeStatus = (
  db: Db,
  { id, workspace_id }: Pick<ReplayRow, 'id' | 'workspace_id'>,
  from: readonly ReplayRow['status'][],
  { status, ...changes }: Partial<ReplayRow> & Pick<ReplayRow, 'status' | 'updated_at'>,
) =>
  db
    .update(replays)
    .set({
      ...changes,
      status: sql`iif(status in ${valuesOf(from)}, ${status}, null)`,
      ...(status === 'running' ? { label: sql`iif(${hasRoom(workspace_id)}, label, null)` } : {}),
    })
    .where(own(workspace_id, id));

/** Ends or pauses a running replay; changes nothing when a person was faster. */
export const settleReplay = (db: Db, { id }: Pick<ReplayRow, 'id'>, changes: Partial<ReplayRow>) =>
  db
    .update(replays)
    .set(changes)
    .where(and(eq(replays.id, id), eq(replays.status, 'running')));

export const refreshTally = (db: Db, id: string, now: number): Statement =>
  db
    .update(replays)
    .set({ tally: tallyOf(id) as SQL<never>, updated_at: now })
    .where(eq(replays.id, id));

export const markDeleted = (db: Db, { id, workspace_id }: ReplayRow, now: number) =>
  db
    .update(replays)
    .set({
      deleted_at: now,
      status: sql`iif(status in ('running', 'paused'), 'cancelled', status)`,
    })
    .where(own(workspace_id, id));

/** Claims the next turns: those that were running when a step was interrupted come first. */
export const claimTurns = (db: Db, replay_id: string, run_ids: readonly string[]) =>
  db.all<Pick<TurnRow, 'source_run_id' | 'run_id' | 'attempts'>>(sql`
    with next as (
      select t.source_run_id as id, row_number() over (order by t.state desc, t.source_run_id) - 1 as place
      from replay_turns t where t.replay_id = ${replay_id} and t.state <> 'done' order by t.state desc, t.source_run_id limit ${run_ids.length})
    update replay_turns set state = 'running',
      run_id = coalesce(run_id, (select j.value from next n join json_each(${JSON.stringify(run_ids)}) j on j.key = n.place where n.id = source_run_id))
    where replay_id = ${replay_id} and source_run_id in (select id from next)
      and exists (select 1 from replays p where p.id = ${replay_id} and p.status = 'running' and p.deleted_at is null)
    returning source_run_id, run_id, attempts`);

/** Changes a turn that `run_id` is answering; a step that was overtaken changes nothing. */
export const updateTurn = (
  db: Db,
  replay_id: string,
  source_run_id: string,
  run_id: string,
  changes: Omit<Partial<TurnRow>, 'extra_nano_usd'> & { readonly extra_nano_usd?: number },
): Statement => {
  const { extra_nano_usd = 0, ...fields } = changes;
  return db
    .update(replay_turns)
    .set({ ...fields, extra_nano_usd: sql`extra_nano_usd + ${extra_nano_usd}` })
    .where(
      and(
        eq(replay_turns.replay_id, replay_id),
        eq(replay_turns.source_run_id, source_run_id),
        eq(replay_turns.run_id, run_id),
        eq(replay_turns.state, 'running'),
      ),
    );
};

export const deleteTurn = (db: Db, replay_id: string, source_run_id: string): Statement =>
  db
    .delete(replay_turns)
    .where(
      and(eq(replay_turns.replay_id, replay_id), eq(replay_turns.source_run_id, source_run_id)),
    );

export const turnFilters = ['changed', 'worse', 'misses', 'failed'] as const;
type TurnFilterName = (typeof turnFilters)[number];

const conditions: Readonly<Record<TurnFilterName, SQL>> = {
  changed: sql`t.is_changed = 1`,
  worse: sql`t.is_worse = 1`,
  misses: sql`t.miss_count > 0`,
  failed: sql`t.state = 'done' and t.status is not 'completed'`,
};

export interface ListedTurn
  extends Omit<TurnRow, 'tools' | 'gaps' | 'citations' | 'is_changed' | 'is_worse'> {
  readonly tools: string | null;
  readonly gaps: string | null;
  readonly citations: string | null;
  readonly is_changed: number | null;
  readonly is_worse: number | null;
  readonly version_id: string;
  readonly question: string | null;
  readonly original_answer: string | null;
  readonly original_citations: string | null;
  readonly original_confidence: number | null;
  readonly original_coverage: 'full' | 'partial' | 'none' | null;
  /** JSON array of the names of the tools that the original called. */
  readonly original_tools: string;
  readonly message_id: string | null;
}

/** Selects turns with their originals, oldest first. */
export const selectTurns = (
  db: Db,
  workspace_id: string,
  replay_id: string,
  filter: TurnFilterName | undefined,
  after: string | null,
  limit: number,
) =>
  db.all<ListedTurn>(sql`
    select t.*, r.version_id as version_id, coalesce(q.text, c.question) as question, coalesce(a.text, c.answer) as original_answer,
      coalesce(a.citations, c.citations) as original_citations, coalesce(a.id, c.answer_id) as message_id,
      r.confidence as original_confidence, r.coverage as original_coverage,
      (select json_group_array(name) from (select s.name from run_steps s where s.run_id = t.source_run_id and s.type = 'tool' and s.parent_id is null order by s.ordinal)) as original_tools
    from replay_turns t join runs r on r.id = t.source_run_id
    left join messages q on q.id = r.input_message_id and q.session_id = r.session_id
    left join messages a on a.run_id = r.id and a.session_id = r.session_id and a.role = 'assistant'
    left join run_contents c on c.run_id = r.id
    where t.replay_id = ${replay_id} and t.workspace_id = ${workspace_id}
      ${filter === undefined ? sql`` : sql`and ${conditions[filter]}`}
      ${after === null ? sql`` : sql`and t.source_run_id > ${after}`}
    order by t.source_run_id limit ${limit}`);

/** Removes some turns of deleted replays, then replays without turns. */
export const deleteSome = (db: Db, limit: number) =>
  [
    db.run(sql`delete from replay_turns where rowid in (
      select t.rowid from replays p join replay_turns t on t.replay_id = p.id where p.deleted_at is not null limit ${limit})`),
    db.run(
      sql`delete from replays where deleted_at is not null and not exists (select 1 from replay_turns t where t.replay_id = replays.id)`,
    ),
  ] as const;

/** Selects a turn that is not answered yet, if there is one. */
export const selectOpen = (db: Db, replay_id: string) =>
  db.all<{ id: string }>(
    sql`select t.source_run_id as id from replay_turns t where t.replay_id = ${replay_id} and t.state <> 'done' limit 1`,
  );

/** Running shadows, of all workspaces. */
export const selectShadows = (db: Db, after: string, limit: number) =>
  db
    .select()
    .from(replays)
    .where(
      and(
        eq(replays.kind, 'shadow'),
        eq(replays.status, 'running'),
        isNull(replays.deleted_at),
        sql`${replays.id} > ${after}`,
      ),
    )
    .orderBy(asc(replays.id))
    .limit(limit);
