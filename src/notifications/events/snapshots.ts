import { sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import type { evaluations } from '../../db/schema/evaluations.ts';
import type { files } from '../../db/schema/knowledge.ts';
import type { runs } from '../../db/schema/runs.ts';
import type { schedules } from '../../db/schema/schedules.ts';
import type { feedback as feedbackTable } from '../../db/schema/sessions.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import {
  type HandOverEvent,
  type HandOverRow,
  selectHandOvers,
  toHandOverData,
} from './hand-over-events.ts';
import type { NewEvent } from './publish.ts';
import type { EventData } from './registry.ts';

/** A row of `webhook_event_queue`. */
export interface QueuedEvent {
  readonly seq: number;
  readonly workspace_id: string;
  readonly type: QueuedType;
  readonly subject_id: string;
  readonly created_at: number;
}

/** The types that triggers add (migrations, `webhook_event_of_…`). */
type QueuedType =
  | 'run.completed'
  | 'run.failed'
  | 'run.requires_action'
  | 'file.ready'
  | 'file.failed'
  | 'feedback.created'
  | 'schedule.paused'
  | 'experiment.guard_stopped'
  | 'experiment.significant'
  | 'experiment.concluded'
  | 'evaluation.completed'
  | 'evaluation.failed'
  | HandOverEvent;

type RunRow = typeof runs.$inferSelect & { readonly schedule_id: string | null };
type FileRow = typeof files.$inferSelect & { readonly replacement_name: string | null };
type ScheduleRow = Pick<
  typeof schedules.$inferSelect,
  'id' | 'agent_id' | 'name' | 'failures' | 'pause_reason'
>;
interface EntryRow {
  readonly id: string;
  readonly experiment_id: string;
  readonly agent_id: string;
  readonly name: string;
  readonly variant_id: string | null;
  readonly reason: string | null;
}
type EvaluationRow = Omit<typeof evaluations.$inferSelect, 'targets' | 'scorers'>;
type FeedbackRow = typeof feedbackTable.$inferSelect;
type Stored<Row> = { readonly [Key in keyof Row]: Row[Key] extends boolean ? number : Row[Key] };

export interface QueuePage {
  readonly events: readonly QueuedEvent[];
  readonly runs: ReadonlyMap<string, Stored<RunRow>>;
  readonly files: ReadonlyMap<string, Stored<FileRow>>;
  readonly feedback: ReadonlyMap<string, Omit<FeedbackRow, 'tags'> & { readonly tags: string }>;
  readonly schedules: ReadonlyMap<string, ScheduleRow>;
  readonly entries: ReadonlyMap<string, EntryRow>;
  readonly evaluations: ReadonlyMap<string, EvaluationRow>;
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
    selectHandOvers(db, page),
  ])) as unknown as [
    QueuedEvent[],
    Stored<RunRow>[],
    Stored<FileRow>[],
    never[],
    ScheduleRow[],
    EntryRow[],
    EvaluationRow[],
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
    hand_overs: byId(handOverRows),
  };
}

/** Returns a queued event with its data; null when its subject has been erased. */
export function toEvent(
  { type, ...about }: QueuedEvent,
  { runs, files, feedback, schedules, entries, evaluations, hand_overs }: QueuePage,
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

const errorOf = ({ error_code, error_detail }: Pick<RunRow, 'error_code' | 'error_detail'>) =>
  error_code === null ? null : { code: error_code, detail: error_detail };

/** The run may have changed since, so the type determines the status. */
const toRunData = (type: QueuedType, row: Stored<RunRow>): EventData<'run.completed'> => ({
  run_id: row.id,
  agent_id: row.agent_id,
  version_id: row.version_id,
  experiment_id: row.experiment_id,
  variant_id: row.variant_id,
  session_id: row.session_id,
  schedule_id: row.schedule_id,
  is_preview: Boolean(row.is_preview),
  status: type === 'run.requires_action' ? 'requires_action' : row.status,
  finish_reason: row.finish_reason,
  error: errorOf(row),
  usage: { input_tokens: row.input_tokens, output_tokens: row.output_tokens },
  cost_usd: toWireUsd(row.cost_nano_usd),
  created_at: toWireTime(row.created_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});

const toFileData = (type: QueuedType, row: Stored<FileRow>): EventData<'file.ready'> => ({
  file_id: row.id,
  knowledge_base_id: row.base_id,
  name: row.name,
  external_id: row.external_id,
  media_type: row.media_type,
  byte_size: row.byte_size,
  status: type === 'file.ready' ? 'ready' : 'failed',
  chunk_count: row.chunk_count,
  replacement_name: type === 'file.failed' ? row.replacement_name : null,
  error: errorOf(row),
  created_at: toWireTime(row.created_at),
});

const toExperimentData = (
  row: EntryRow,
  occurred_at: number,
): EventData<'experiment.concluded'> => ({
  experiment_id: row.experiment_id,
  agent_id: row.agent_id,
  name: row.name,
  variant_id: row.variant_id,
  reason: row.reason,
  occurred_at: toWireTime(occurred_at),
});

const toFeedbackData = (
  row: Omit<FeedbackRow, 'tags'> & { readonly tags: string },
): EventData<'feedback.created'> => ({
  feedback_id: row.id,
  agent_id: row.agent_id,
  session_id: row.session_id,
  message_id: row.message_id,
  run_id: row.run_id,
  end_user_id: row.end_user_id === '' ? null : row.end_user_id,
  rating: String(row.rating),
  tags: JSON.parse(row.tags) as string[],
  created_at: toWireTime(row.created_at),
});

/** The schedule may have been resumed since, so that its reason is gone. */
const toScheduleData = (row: ScheduleRow, paused_at: number): EventData<'schedule.paused'> => ({
  schedule_id: row.id,
  agent_id: row.agent_id,
  name: row.name,
  pause_reason: row.pause_reason === 'key_invalid' ? 'key_invalid' : 'failures',
  failures: row.failures,
  paused_at: toWireTime(paused_at),
});

/** The evaluation may have been resumed since, so the type determines the status. */
const toEvaluationData = (
  type: 'evaluation.completed' | 'evaluation.failed',
  row: EvaluationRow,
): EventData<'evaluation.completed'> => ({
  evaluation_id: row.id,
  agent_id: row.agent_id,
  dataset_id: row.dataset_id,
  label: row.label,
  status: type === 'evaluation.completed' ? 'completed' : 'failed',
  error: errorOf(row),
  tasks: row.task_count,
  done: row.done_count,
  cost_usd: toWireUsd(row.spent_nano_usd) ?? 0,
  created_at: toWireTime(row.created_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});
