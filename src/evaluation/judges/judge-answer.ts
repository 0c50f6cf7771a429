import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { type NanoUsd, sumOrNull } from '../../shared/money.ts';
import type { CaseContent } from '../datasets/case.ts';
import { toScoreError } from '../scorers/failures.ts';
import type { Observed } from '../scorers/observed.ts';
import { toReason } from '../scorers/reasons.ts';
import type { JudgeOfScore, ScoreCall, ScoreError } from '../scorers/score-result.ts';
import { askJudge } from './ask.ts';
import { judgeInstructions, writeCase } from './prompt.ts';
import { type RawScore, scaleOf } from './scale.ts';
import type { JudgeConfig } from './schema.ts';

/** A judge with its revision; ids are null for one that is written into a scorer. */
export interface KnownJudge {
  readonly judge_id: string | null;
  readonly revision: number | null;
  readonly config: JudgeConfig;
}

/** What one answer of the model says: a score in the scale of the judge, and from 0 to 1. */
interface JudgeSample {
  readonly raw: RawScore;
  readonly score: number;
  readonly reason: string;
}

export interface Judgement {
  /** The median of the samples from 0 to 1; null when no sample was given. */
  readonly score: number | null;
  /** The reason of the sample that is closest to the median. */
  readonly reason: string;
  readonly samples: readonly JudgeSample[];
  /** Share of the samples that pass or fail like the median; null for a single one. */
  readonly agreement: number | null;
  readonly error: ScoreError | null;
  readonly cost_nano_usd: NanoUsd | null;
  readonly usage: readonly Statement[];
  readonly judge: JudgeOfScore;
}

const outputTokens = 600;
/** With temperature 0 all samples would be the same. */
const sampleTemperature = 0.7;

/**
 * Asks a judge about an answer, as often as it is configured, at temperature 0 if once. A failure of any call fails the judgement: a
 * median of fewer samples would not be that of the judge. All calls are metered.
 */
export async function judgeAnswer(
  ctx: Ctx,
  { config, judge_id, revision }: KnownJudge,
  content: CaseContent,
  observed: Observed,
  call: ScoreCall,
): Promise<Judgement> {
  const { schema, read } = scaleOf(config.scale);
  const question = {
    model: config.model,
    instructions: judgeInstructions(config),
    text: writeCase(content, observed),
    schema,
    temperature: config.samples === 1 ? 0 : sampleTemperature,
    max_output_tokens: outputTokens,
  };
  const replies = await Promise.all(
    Array.from({ length: config.samples }, (_, index) =>
      askJudge<{ reason: string; score: RawScore }>(ctx, question, {
        ...call,
        call_key: index === 0 ? call.call_key : `${call.call_key}:sample${index}`,
      }),
    ),
  );
  const spent = {
    cost_nano_usd: sumOrNull(replies.map(({ cost_nano_usd }) => cost_nano_usd)),
    usage: replies.flatMap(({ usage }) => usage),
    judge: { judge_id, revision, model: config.model },
  };
  const failed = replies.find(({ failure }) => failure !== null)?.failure;
  const samples = replies.flatMap(({ output }) =>
    output === null
      ? []
      : [{ raw: output.score, score: read(output.score), reason: toReason(output.reason) }],
  );
  if (failed != null)
    return {
      ...{ score: null, reason: failed.message, samples, agreement: null },
      error: toScoreError(failed),
      ...spent,
    };
  return { ...summarize(samples, config.threshold), error: null, samples, ...spent };
}

function summarize(samples: readonly JudgeSample[], threshold: number) {
  const score = median(samples.map((sample) => sample.score));
  const passes = (value: number) => value >= threshold;
  const closest = samples.toSorted(
    (a, b) => Math.abs(a.score - score) - Math.abs(b.score - score),
  )[0];
  const agreeing = samples.filter((sample) => passes(sample.score) === passes(score)).length;
  return {
    score,
    reason: closest?.reason ?? '',
    agreement: samples.length === 1 ? null : agreeing / samples.length,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
