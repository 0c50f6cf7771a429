import { sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import {
  type EntryRow,
  type EvaluationRow,
  type FeedbackRow,
  type FileRow,
  type QueuedType,
  type ReplayRow,
  type RunRow,
  type ScheduleRow,
  type Stored,
  toEvaluationData,
  toExperimentData,
  toFeedbackData,
  toFileData,
  toReplayData,
  toRunData,
  toScheduleData,
} from './event-data.ts';
import { type HandOverRow, selectHandOvers, toHandOverData } from './hand-over-events.ts';
import type { NewEvent } from './publish.ts';

/** A row of `webhook_event_queue`. */
export interface QueuedEvent {
  readonly seq: number;
  readonly workspace_id: string;
  readonly type: QueuedType;
  readonly subject_id: string;
  readonly created_at: number;
}

export interface QueuePage {
  readonly events: readonly QueuedEvent[];
  readonly runs: ReadonlyMap<string, Stored<RunRow>>;
  readonly files: ReadonlyMap<string, Stored<FileRow>>;
  readonly feedback: ReadonlyMap<string, Omit<FeedbackRow, 'tags'> & { readonly tags: string }>;
  readonly schedules: ReadonlyMap<string, ScheduleRow>;
  readonly entries: ReadonlyMap<string, EntryRow>;
  readonly evaluations: ReadonlyMap<string, EvaluationRow>;
  readonly replays: ReadonlyMap<string, ReplayRow>;
  /** By the id of the hand-over, or of the reply. */
  readonly hand_overs: ReadonlyMap<string, HandOverRow>;
}

/** Returns the oldest queued events with the rows that they refer to, in one round trip. */
export async function readQueue(db: Db, now: number, limit: number): Promise<QueuePage> {
  const page = sql`(select * from webhook_event_queue where seq > 0 and created_at <= ${now}
    order by seq limit ${limit}) q`;
  const [
    events,
    runRows,
    fileRows,
    feedbackRows,
    scheduleRows,
    entryRows,
    evaluationRows,
    replayRows,
    handOverRows,
  ] = (await batch(db, [
    db.all(sql`select seq, workspace_id, type, subject_id, created_at from ${page} order by seq`),
    db.all(sql`select r.id, r.agent_id, r.version_id, r.experiment_id, r.variant_id, r.session_id, r.is_preview, r.status, r.finish_reason, r.error_code,
      r.error_detail, r.input_tokens, r.output_tokens, r.cost_nano_usd, r.created_at, r.ended_at,
      (select o.schedule_id from schedule_slots o where o.run_id = r.id) as schedule_id
      from ${page} cross join runs r on r.id = q.subject_id and r.workspace_id = q.workspace_id`),
    db.all(sql`select f.id, f.base_id, f.name, f.external_id, f.media_type, f.byte_size, f.status, f.chunk_count, f.error_code,
      f.error_detail, f.created_at, f.replacement ->> 'name' as replacement_name from ${page} cross join files f on f.id = q.subject_id and f.workspace_id = q.workspace_id`),
    db.all(sql`select b.id, b.agent_id, b.session_id, b.message_id, b.run_id, b.end_user_id, b.rating, b.tags, b.created_at
      from ${page} cross join feedback b on b.id = q.subject_id and b.workspace_id = q.workspace_id`),
    db.all(sql`select s.id, s.agent_id, s.name, s.failures, s.pause_reason
      from ${page} cross join schedules s on s.id = q.subject_id and s.workspace_id = q.workspace_id`),
    db.all(sql`select n.id, n.experiment_id, n.variant_id, n.detail ->> 'reason' as reason, e.agent_id, e.name
      from ${page} cross join experiment_entries n on n.id = q.subject_id and n.workspace_id = q.workspace_id
      join experiments e on e.id = n.experiment_id`),
    db.all(sql`select e.id, e.agent_id, e.dataset_id, e.label, e.task_count, e.done_count, e.spent_nano_usd, e.error_code, e.error_detail,
      e.created_at, e.ended_at from ${page} cross join evaluations e on e.id = q.subject_id and e.workspace_id = q.workspace_id`),
    db.all(sql`select p.id, p.agent_id, p.version_id, p.label, p.error_code, p.error_detail, p.tally ->> 'turns' as turns, p.tally ->> 'done' as done,
      p.tally ->> 'spent_nano_usd' as spent_nano_usd, p.created_at, p.ended_at from ${page} cross join replays p on p.id = q.subject_id and p.workspace_id = q.workspace_id`),
    selectHandOvers(db, page),
  ])) as unknown as [
    QueuedEvent[],
    Stored<RunRow>[],
    Stored<FileRow>[],
    never[],
    ScheduleRow[],
    EntryRow[],
    EvaluationRow[],
    ReplayRow[],
    HandOverRow[],
  ];
  const byId = <Row extends { readonly id: string }>(rows: readonly Row[]) =>
    new Map(rows.map((row) => [row.id, row]));
  return {
    events,
    runs: byId(runRows),
    files: byId(fileRows),
    feedback: byId(feedbackRows),
    schedules: byId(scheduleRows),
    entries: byId(entryRows),
    evaluations: byId(evaluationRows),
    replays: byId(replayRows),
    hand_overs: byId(handOverRows),
  };
}

/** Returns a queued event with its data; null when its subject has been erased. */
export function toEvent(
  { type, ...about }: QueuedEvent,
  { runs, files, feedback, schedules, entries, evaluations, replays, hand_overs }: QueuePage,
): NewEvent | null {
  switch (type) {
    case 'run.completed':
    case 'run.failed':
    case 'run.requires_action': {
      const run = runs.get(about.subject_id);
      return run === undefined ? null : { ...about, type, data: toRunData(type, run) };
    }
    case 'file.ready':
    case 'file.failed': {
      const file = files.get(about.subject_id);
      return file === undefined ? null : { ...about, type, data: toFileData(type, file) };
    }
    case 'feedback.created': {
      const row = feedback.get(about.subject_id);
      return row === undefined ? null : { ...about, type, data: toFeedbackData(row) };
    }
    case 'schedule.paused': {
      const row = schedules.get(about.subject_id);
      return row === undefined
        ? null
        : { ...about, type, data: toScheduleData(row, about.created_at) };
    }
    case 'experiment.guard_stopped':
    case 'experiment.significant':
    case 'experiment.concluded': {
      const row = entries.get(about.subject_id);
      return row === undefined
        ? null
        : { ...about, type, data: toExperimentData(row, about.created_at) };
    }
    case 'evaluation.completed':
    case 'evaluation.failed': {
      const row = evaluations.get(about.subject_id);
      return row === undefined ? null : { ...about, type, data: toEvaluationData(type, row) };
    }
    case 'replay.completed':
    case 'replay.paused':
    case 'shadow.paused': {
      const row = replays.get(about.subject_id);
      return row === undefined ? null : { ...about, type, data: toReplayData(type, row) };
    }
    case 'session.handed_over':
    case 'session.replied':
    case 'session.handed_back': {
      const row = hand_overs.get(about.subject_id);
      return row === undefined ? null : { ...about, type, data: toHandOverData(row) };
    }
    default:
      return null;
  }
}
