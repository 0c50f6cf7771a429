import { z } from '@hono/zod-openapi';
import { disabledReasons, scoreStates } from '../../db/schema/online-scores.ts';
import { pageQuery } from '../../http/openapi.ts';
import { dateRange, Id, Name, Time } from '../../http/schema.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { Scorer } from '../scorers/schema.ts';
import type { OnlineScorerRow, ScoreRow } from './store.ts';

/** Scorers that compare with what a case expects, which live answers do not have. */
const needsExpectation = ({ type, ...scorer }: Scorer): boolean => {
  const given = scorer as Readonly<Record<string, unknown>>;
  if (type === 'contains') return given.texts === undefined;
  if (type === 'numeric') return given.expected === undefined;
  if (type === 'tool_called') return given.calls === undefined;
  return type === 'similarity' || type === 'retrieval' || type === 'cites';
};

const LiveScorer = Scorer.refine((scorer) => !needsExpectation(scorer), {
  message:
    'This scorer compares with what a case expects, which live answers do not have. Configure the expected texts, number or calls in the scorer, or use a judge, `faithfulness`, `refuses` or a limit.',
});

const fields = {
  name: Name(100),
  share: z.number().min(0.0001).max(1).describe('Share of the live answers, 0..1'),
  daily_cost_usd: z
    .number()
    .min(0)
    .max(10_000)
    .describe('Known cost of its model calls on a day (UTC) after which it skips answers'),
  enabled: z.boolean(),
};

export const CreateOnlineScorer = z
  .strictObject({
    name: fields.name,
    scorer: LiveScorer,
    share: fields.share.default(0.1),
    daily_cost_usd: fields.daily_cost_usd.default(1),
    enabled: fields.enabled.default(true),
  })
  .openapi('CreateOnlineScorer', {
    example: { name: 'Faithful', scorer: { type: 'faithfulness' }, share: 0.1 } as never,
  });
export type CreateOnlineScorer = z.output<typeof CreateOnlineScorer>;

export const UpdateOnlineScorer = z
  .strictObject({ ...fields, scorer: LiveScorer })
  .partial()
  .openapi('UpdateOnlineScorer', { example: { share: 0.2 } });
export type UpdateOnlineScorer = z.output<typeof UpdateOnlineScorer>;

export const OnlineScorer = z
  .object({
    id: Id('osc'),
    agent_id: Id('agt'),
    name: z.string(),
    scorer: z.record(z.string(), z.unknown()).describe('As in `Scorer`'),
    share: z.number(),
    daily_cost_usd: z.number(),
    enabled: z.boolean(),
    disabled_reason: z
      .enum(disabledReasons)
      .nullable()
      .describe(
        '`key_invalid`: the API key that created or last changed the scorer, and pays for its model calls, is revoked, expired or limited to other agents. Enable the scorer with another one.',
      ),
    skipped_answers: z
      .int()
      .describe(
        'Answers of the share that were left out at the cost limit of a day, or under load',
      ),
    revision: z.int().describe('Starts at 1 and increases with each change; the `ETag`'),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('OnlineScorer');
export type OnlineScorer = z.output<typeof OnlineScorer>;

export const toOnlineScorer = (row: OnlineScorerRow): OnlineScorer => ({
  id: row.id,
  agent_id: row.agent_id,
  name: row.name,
  scorer: row.scorer,
  share: row.share / 1e6,
  daily_cost_usd: toWireUsd(row.daily_cost_nano_usd) ?? 0,
  enabled: row.enabled,
  disabled_reason: row.disabled_reason,
  skipped_answers: row.skipped_count,
  revision: row.revision,
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const ScoresQuery = z.strictObject({
  ...pageQuery,
  scorer: Id('osc').optional().describe('Filter by online scorer'),
  version_id: Id('ver').optional().describe('Filter by version'),
  state: z.enum(scoreStates).optional().describe('Filter by state'),
  passed: z.enum(['true', 'false']).optional().describe('Filter by whether the answer passed'),
  ...dateRange,
});
export type ScoresQuery = z.output<typeof ScoresQuery>;

export const AnswerScore = z
  .object({
    id: Id('scr'),
    scorer_id: Id('osc'),
    run_id: Id('run'),
    session_id: z.string().nullable(),
    version_id: Id('ver'),
    experiment: z.object({ id: Id('exp'), variant_id: z.string().nullable() }).nullable(),
    state: z.enum(scoreStates),
    score: z.number().nullable(),
    passed: z.boolean().nullable(),
    reason: z
      .string()
      .nullable()
      .describe('null for callers who may not read messages, and once the answer is erased'),
    error_code: z.string().nullable(),
    judge: z.object({ judge_id: Id('jdg'), revision: z.int().nullable() }).nullable(),
    cost_usd: z.number().nullable(),
    created_at: Time,
    scored_at: Time.nullable(),
  })
  .openapi('AnswerScore');
export type AnswerScore = z.output<typeof AnswerScore>;

export const toScore = (row: ScoreRow, hasTexts: boolean): AnswerScore => ({
  id: row.id,
  scorer_id: row.scorer_id,
  run_id: row.run_id,
  session_id: row.session_id,
  version_id: row.version_id,
  experiment:
    row.experiment_id === null ? null : { id: row.experiment_id, variant_id: row.variant_id },
  state: row.state,
  score: row.score,
  passed: row.passed,
  reason: hasTexts ? row.reason : null,
  error_code: row.error_code,
  judge: row.judge_id === null ? null : { judge_id: row.judge_id, revision: row.judge_revision },
  cost_usd: toWireUsd(row.cost_nano_usd),
  created_at: toWireTime(row.created_at),
  scored_at: toWireTimeOrNull(row.scored_at),
});
