import type { evaluations } from '../../db/schema/evaluations.ts';
import type { files } from '../../db/schema/knowledge.ts';
import type { runs } from '../../db/schema/runs.ts';
import type { schedules } from '../../db/schema/schedules.ts';
import type { feedback as feedbackTable } from '../../db/schema/sessions.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import type { HandOverEvent } from './hand-over-events.ts';
import type { EventData } from './registry.ts';

/** The types that triggers add (migrations, `webhook_event_of_…`). */
export type QueuedType =
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
  | ReplayEvent
  | HandOverEvent;

type ReplayEvent = 'replay.completed' | 'replay.paused' | 'shadow.paused';

export type RunRow = typeof runs.$inferSelect & { readonly schedule_id: string | null };
export type FileRow = typeof files.$inferSelect & { readonly replacement_name: string | null };
export type ScheduleRow = Pick<
  typeof schedules.$inferSelect,
  'id' | 'agent_id' | 'name' | 'failures' | 'pause_reason'
>;
export interface EntryRow {
  readonly id: string;
  readonly experiment_id: string;
  readonly agent_id: string;
  readonly name: string;
  readonly variant_id: string | null;
  readonly reason: string | null;
}
export type EvaluationRow = Omit<typeof evaluations.$inferSelect, 'targets' | 'scorers'>;
export interface ReplayRow {
  readonly id: string;
  readonly agent_id: string;
  readonly version_id: string;
  readonly label: string;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly turns: number | null;
  readonly done: number | null;
  readonly spent_nano_usd: number | null;
  readonly created_at: number;
  readonly ended_at: number | null;
}
export type FeedbackRow = typeof feedbackTable.$inferSelect;
export type Stored<Row> = {
  readonly [Key in keyof Row]: Row[Key] extends boolean ? number : Row[Key];
};

const errorOf = ({ error_code, error_detail }: Pick<RunRow, 'error_code' | 'error_detail'>) =>
  error_code === null ? null : { code: error_code, detail: error_detail };

/** The run may have changed since, so the type determines the status. */
export const toRunData = (type: QueuedType, row: Stored<RunRow>): EventData<'run.completed'> => ({
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

export const toFileData = (type: QueuedType, row: Stored<FileRow>): EventData<'file.ready'> => ({
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

export const toExperimentData = (
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

export const toFeedbackData = (
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
export const toScheduleData = (
  row: ScheduleRow,
  paused_at: number,
): EventData<'schedule.paused'> => ({
  schedule_id: row.id,
  agent_id: row.agent_id,
  name: row.name,
  pause_reason: row.pause_reason === 'key_invalid' ? 'key_invalid' : 'failures',
  failures: row.failures,
  paused_at: toWireTime(paused_at),
});

/** The evaluation may have been resumed since, so the type determines the status. */
export const toEvaluationData = (
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

/** The replay may have been resumed since, so the type determines the status. */
export const toReplayData = (type: ReplayEvent, row: ReplayRow): EventData<'replay.completed'> => ({
  replay_id: row.id,
  agent_id: row.agent_id,
  version_id: row.version_id,
  label: row.label,
  status: type === 'replay.completed' ? 'completed' : 'paused',
  error: errorOf(row),
  turns: row.turns ?? 0,
  done: row.done ?? 0,
  cost_usd: toWireUsd(row.spent_nano_usd ?? 0) ?? 0,
  created_at: toWireTime(row.created_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});
