import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';

/** Which past turns of an agent are replayed. */
export interface TurnFilter {
  readonly rating?: 'positive' | 'negative' | undefined;
  /** A tag of its feedback. */
  readonly tag?: string | undefined;
  readonly confidence_below?: number | undefined;
  /** Version that answered. */
  readonly version_id?: string | undefined;
  readonly experiment_id?: string | undefined;
  readonly variant_id?: string | undefined;
  readonly end_user_id?: string | undefined;
  readonly session_id?: string | undefined;
  /** A tool that the turn called. */
  readonly has_tool?: string | undefined;
  /** A part of the question. */
  readonly q?: string | undefined;
}

interface Selection {
  readonly workspace_id: string;
  readonly agent_id: string;
  readonly from: number;
  readonly to: number;
  readonly filter: TurnFilter;
}

/** The newest runs of the period that are looked at. */
const maxScanned = 50_000;

const when = (value: unknown, condition: SQL): SQL => (value === undefined ? sql`` : condition);

/**
 * Runs that a replay can repeat: of real users, ended, with a question that still has its text. A run that ended with calls of the
 * caller's tools is left out, since its answer is in a later run.
 */
const matching = ({ workspace_id, agent_id, from, to, filter }: Selection): SQL => {
  const { rating, tag, has_tool, q } = filter;
  const hasFeedback = (condition: SQL) => sql`and r.id in (
    select f.run_id from feedback f where f.workspace_id = ${workspace_id} and f.agent_id = ${agent_id} and f.created_at >= ${from} and ${condition})`;
  const question = sql`iif(r.session_id is null, c.question, m.text)`;
  return sql`select r.id as id, r.session_id as session_id from (
      select * from runs n where n.workspace_id = ${workspace_id} and n.agent_id = ${agent_id} and n.ended_at >= ${from} and n.ended_at < ${to}
      order by n.ended_at desc limit ${maxScanned}) r
    left join messages m on m.id = r.input_message_id and m.session_id = r.session_id
    left join sessions s on s.id = r.session_id
    left join run_contents c on c.run_id = r.id
    where r.is_preview = 0 and r.status in ('completed', 'failed', 'limit_exceeded') and r.finish_reason is not 'tool-calls'
      and trim(${question}) <> ''
      ${when(filter.confidence_below, sql`and r.confidence < ${filter.confidence_below}`)}
      ${when(filter.version_id, sql`and r.version_id = ${filter.version_id}`)}
      ${when(filter.experiment_id, sql`and r.experiment_id = ${filter.experiment_id}`)}
      ${when(filter.variant_id, sql`and r.variant_id = ${filter.variant_id}`)}
      ${when(filter.session_id, sql`and r.session_id = ${filter.session_id}`)}
      ${when(filter.end_user_id, sql`and coalesce(s.end_user_id, c.end_user_id) = ${filter.end_user_id}`)}
      ${when(q, sql`and instr(lower(${question}), lower(${q})) > 0`)}
      ${when(has_tool, sql`and exists (select 1 from run_steps t where t.run_id = r.id and t.type = 'tool' and t.name = ${has_tool})`)}
      ${when(rating, hasFeedback(rating === 'positive' ? sql`f.rating in ('up', '4', '5')` : sql`f.rating in ('down', '1', '2')`))}
      ${when(tag, hasFeedback(sql`exists (select 1 from json_each(f.tags) g where g.value = ${tag})`))}`;
};

export const countTurns = (db: Db, selection: Selection) =>
  db.all<{ count: number }>(sql`select count(*) as count from (${matching(selection)})`);

/** Inserts a random sample of the matching turns; the end of an id is random. Repeating it inserts the same. */
export const insertTurns = (
  db: Db,
  {
    replay_id,
    limit,
    ...selection
  }: Selection & { readonly replay_id: string; readonly limit: number },
) =>
  db.run(sql`insert into replay_turns (replay_id, source_run_id, workspace_id, source_session_id, state)
    select ${replay_id}, id, ${selection.workspace_id}, session_id, 'pending' from (${matching(selection)})
    order by substr(id, -12) limit ${limit} on conflict do nothing`);
