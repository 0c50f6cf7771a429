import { toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import type { Evaluation, TargetSummary } from './schema.ts';
import type { EvaluationRow } from './store.ts';

export const toEvaluation = (row: EvaluationRow): Evaluation => ({
  id: row.id,
  agent_id: row.agent_id,
  dataset_id: row.dataset_id,
  dataset_revision: row.dataset_revision,
  label: row.label,
  status: row.status,
  targets: row.targets.map(({ version_id, number, draft, fingerprint }) => ({
    version: { id: version_id, number },
    is_draft: draft !== null,
    fingerprint,
  })),
  scorers: row.scorers as unknown as Evaluation['scorers'],
  repetitions: row.repetitions,
  concurrency: row.concurrency,
  max_cost_usd: toWireUsd(row.max_cost_nano_usd),
  execute_tools: row.execute_tools,
  sample: row.sample,
  tags: row.tags === null ? null : [...row.tags],
  progress: { cases: row.case_count, total: row.task_count, done: row.done_count },
  cost_usd: toWireUsd(row.spent_nano_usd) ?? 0,
  has_unknown_cost: row.has_unknown_cost,
  summary: row.summary as unknown as TargetSummary[] | null,
  error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail },
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});
