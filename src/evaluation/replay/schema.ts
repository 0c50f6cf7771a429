import { z } from '@hono/zod-openapi';
import { AgentConfigPatch, AgentParameter, VersionRequest } from '../../agents/index.ts';
import { replayStatuses } from '../../db/schema/replays.ts';
import { pageQuery } from '../../http/openapi.ts';
import { EndUserId, Id, Instant, Time } from '../../http/schema.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { JudgeConfig } from '../judges/schema.ts';
import type { ReplayRow } from './store.ts';
import { ReplayFigures, toFigures } from './tally.ts';

const target = {
  version: VersionRequest.describe(
    'The version that answers; the active one unless given',
  ).optional(),
  config: AgentConfigPatch.optional().describe(
    'A draft that answers: merged into the version, validated like a saved one',
  ),
  label: z.string().trim().max(200).default('').describe('A remark for the list'),
  judge_id: Id('jdg').optional().describe('Judge that compares both answers, in both orders'),
  judge: JudgeConfig.optional().describe('A judge for this comparison alone'),
  max_cost_usd: z
    .number()
    .positive()
    .max(10_000)
    .default(5)
    .describe('Known cost of runs and judge after which it pauses'),
};

const hasOneJudge = ({ judge_id, judge }: { judge_id?: unknown; judge?: unknown }) =>
  judge_id === undefined || judge === undefined;
const judgeRule = { path: ['judge'], message: 'Either `judge_id` or `judge`.' };

const Filter = z
  .strictObject({
    rating: z.enum(['positive', 'negative']).optional().describe('Turns that were rated so'),
    tag: z.string().min(1).max(100).optional().describe('A tag of the feedback'),
    confidence_below: z.number().min(0).max(1).optional(),
    version: VersionRequest.optional().describe('Turns that this version answered'),
    experiment: Id('exp').optional(),
    variant: Id('var').optional(),
    end_user_id: EndUserId.optional(),
    session_id: Id('ses').optional(),
    has_tool: z.string().min(1).max(128).optional().describe('Turns that called this tool'),
    q: z.string().trim().min(1).max(200).optional().describe('A part of the question'),
  })
  .openapi('ReplayFilter');

const maxTurns = 2000;

export const CreateReplay = z
  .strictObject({
    ...target,
    from: Instant.describe('Turns that ended at this time or later'),
    to: Instant.optional().describe('Turns that ended before; now unless given'),
    filter: Filter.default({}),
    sample: z
      .int()
      .min(1)
      .max(maxTurns)
      .default(100)
      .describe('Turns that are drawn at random from those that match'),
    concurrency: z.int().min(1).max(5).default(3).describe('Turns at the same time'),
  })
  .refine(hasOneJudge, judgeRule)
  .openapi('CreateReplay', {
    example: { from: '2026-11-01T00:00:00Z', sample: 100, filter: { rating: 'negative' } } as never,
  });
export type CreateReplay = z.output<typeof CreateReplay>;

export const CreateShadow = z
  .strictObject({
    ...target,
    share: z.number().min(0.0001).max(1).describe('Share of the live turns, 0..1'),
    experiment: Id('exp').optional().describe('Only turns of this experiment'),
  })
  .refine(hasOneJudge, judgeRule)
  .openapi('CreateShadow', { example: { version: 3, share: 0.1 } as never });
export type CreateShadow = z.output<typeof CreateShadow>;

export const ResumeReplay = z
  .strictObject({
    max_cost_usd: target.max_cost_usd.removeDefault().optional().describe('Another cost limit'),
  })
  .openapi('ResumeReplay', { example: { max_cost_usd: 20 } });
export type ResumeReplay = z.output<typeof ResumeReplay>;

const shared = {
  id: Id('rpl'),
  agent_id: Id('agt'),
  label: z.string(),
  status: z
    .enum(replayStatuses)
    .describe('`paused` with an `error`: resume it once that is solved'),
  version_id: Id('ver'),
  version: z.int(),
  is_draft: z.boolean().describe('The version with a draft merged into it'),
  knowledge: z
    .enum(['pinned', 'current', 'none'])
    .describe(
      '`pinned`: the version reads pinned revisions of its knowledge; `current`: it reads the knowledge of today, which may differ from that of the turns',
    ),
  judge: z
    .object({
      judge_id: z.string().nullable(),
      revision: z.int().nullable(),
      model: z.string(),
    })
    .nullable(),
  max_cost_usd: z.number(),
  figures: ReplayFigures,
  erased_turns: z.int().describe('Turns that were erased with their sessions'),
  error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  created_by: z.string().nullable(),
  created_at: Time,
  updated_at: Time,
  ended_at: Time.nullable(),
};

export const Replay = z
  .object({
    ...shared,
    from: Time,
    to: Time,
    filter: z.record(z.string(), z.unknown()),
    sample: z.int(),
    matched_turns: z.int().describe('Turns that match; `figures.turns` were drawn'),
    concurrency: z.int(),
  })
  .openapi('Replay');
export type Replay = z.output<typeof Replay>;

export const Shadow = z
  .object({
    ...shared,
    share: z.number(),
    experiment_id: z.string().nullable(),
    skipped_turns: z.int().describe('Turns of the sample that were left out under load'),
  })
  .openapi('Shadow');
export type Shadow = z.output<typeof Shadow>;

const toShared = (row: ReplayRow) => {
  const judge = row.judge as {
    judge_id: string | null;
    revision: number | null;
    config: { model: string };
  } | null;
  return {
    id: row.id,
    agent_id: row.agent_id,
    label: row.label,
    status: row.status,
    version_id: row.version_id,
    version: row.version_number,
    is_draft: row.draft !== null,
    knowledge: row.knowledge,
    judge: judge && {
      judge_id: judge.judge_id,
      revision: judge.revision,
      model: judge.config.model,
    },
    max_cost_usd: toWireUsd(row.max_cost_nano_usd) ?? 0,
    figures: toFigures(row.tally),
    erased_turns: row.erased_count,
    error:
      row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? '' },
    created_by: row.created_by,
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
    ended_at: toWireTimeOrNull(row.ended_at),
  };
};

/** The choice of turns, as it is stored. */
export interface StoredSelection {
  readonly from: number;
  readonly to: number;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly sample: number;
}

export const toReplay = (row: ReplayRow): Replay => {
  const { from, to, filter, sample } = row.selection as unknown as StoredSelection;
  return {
    ...toShared(row),
    ...{ from: toWireTime(from), to: toWireTime(to), filter: { ...filter }, sample },
    matched_turns: row.matched_count,
    concurrency: row.concurrency,
  };
};

export const toShadow = (row: ReplayRow): Shadow => ({
  ...toShared(row),
  share: (row.share ?? 0) / 1e6,
  experiment_id: (row.selection.experiment_id as string | undefined) ?? null,
  skipped_turns: row.skipped_count,
});

export const ReplaysQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional().describe('Filter by agent: its id or slug'),
});
export type ReplaysQuery = z.output<typeof ReplaysQuery>;
