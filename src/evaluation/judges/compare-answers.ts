import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { sha256 } from '../../shared/digest.ts';
import { type NanoUsd, sumOrNull } from '../../shared/money.ts';
import type { CaseContent } from '../datasets/case.ts';
import { toScoreError } from '../scorers/failures.ts';
import type { Observed } from '../scorers/observed.ts';
import { toReason } from '../scorers/reasons.ts';
import type { JudgeOfScore, ScoreCall, ScoreError } from '../scorers/score-result.ts';
import { askJudge } from './ask.ts';
import type { KnownJudge } from './judge-answer.ts';
import { pairInstructions, writePair } from './prompt.ts';

type Preference = 'a' | 'b' | 'tie';

export interface Comparison {
  /** `tie` also when the judge prefers another answer in each order; null when a call failed. */
  readonly preference: Preference | null;
  /** True when both orders gave the same preference; null when a call failed. */
  readonly is_consistent: boolean | null;
  /** What the judge said with `a` first, and with `b` first. */
  readonly orders: readonly ComparedOrder[];
  readonly reason: string;
  readonly error: ScoreError | null;
  readonly cost_nano_usd: NanoUsd | null;
  readonly usage: readonly Statement[];
  readonly judge: JudgeOfScore;
}

interface ComparedOrder {
  readonly first: 'a' | 'b';
  readonly preference: Preference;
  readonly reason: string;
}

const schema = {
  type: 'object',
  properties: {
    reason: { type: 'string' },
    better: { type: 'string', enum: ['first', 'second', 'tie'] },
  },
  required: ['reason', 'better'],
  additionalProperties: false,
};
const outputTokens = 600;

/**
 * Asks a judge which of two answers is better, in both orders: models prefer places (Zheng et al. 2023). Which order is asked first is random
 * but the same for a key, so that a repeated comparison is recorded once. All calls are metered.
 */
export async function compareAnswers(
  ctx: Ctx,
  { config, judge_id, revision }: KnownJudge,
  content: CaseContent,
  a: Observed,
  b: Observed,
  call: ScoreCall,
): Promise<Comparison> {
  const judge = { judge_id, revision, model: config.model };
  const isSwapped = Number.parseInt((await sha256(call.call_key)).slice(-1), 16) % 2 === 1;
  const firsts = isSwapped ? (['b', 'a'] as const) : (['a', 'b'] as const);
  if (a.answer.trim() === b.answer.trim())
    return {
      ...{
        preference: 'tie',
        is_consistent: true,
        orders: [],
        reason: 'The answers are the same.',
      },
      ...{ error: null, cost_nano_usd: 0, usage: [], judge },
    };
  const ask = (first: 'a' | 'b', index: number) =>
    askJudge<{ reason: string; better: 'first' | 'second' | 'tie' }>(
      ctx,
      {
        model: config.model,
        instructions: pairInstructions(config.rubric),
        text: first === 'a' ? writePair(content, a, b) : writePair(content, b, a),
        schema,
        temperature: 0,
        max_output_tokens: outputTokens,
      },
      { ...call, call_key: `${call.call_key}:order${index}` },
    );
  const replies = await Promise.all(firsts.map(ask));
  const spent = {
    cost_nano_usd: sumOrNull(replies.map(({ cost_nano_usd }) => cost_nano_usd)),
    usage: replies.flatMap(({ usage }) => usage),
    judge,
  };
  const orders = replies.flatMap(({ output }, index) => {
    const first = firsts[index] ?? 'a';
    return output === null
      ? []
      : [
          {
            first,
            preference: preferenceOf(first, output.better),
            reason: toReason(output.reason),
          },
        ];
  });
  const failure = replies.find((reply) => reply.failure !== null)?.failure;
  if (failure != null)
    return {
      ...{ preference: null, is_consistent: null, orders, reason: failure.message },
      error: toScoreError(failure),
      ...spent,
    };
  return { ...agreed(orders), orders, error: null, ...spent };
}

function preferenceOf(first: 'a' | 'b', better: 'first' | 'second' | 'tie'): Preference {
  if (better === 'tie') return 'tie';
  const second = first === 'a' ? 'b' : 'a';
  return better === 'first' ? first : second;
}

function agreed(orders: readonly ComparedOrder[]) {
  const [one, other] = orders;
  const is_consistent = one?.preference === other?.preference;
  return is_consistent
    ? { preference: one?.preference ?? ('tie' as const), is_consistent, reason: one?.reason ?? '' }
    : {
        preference: 'tie' as const,
        is_consistent,
        reason: 'The judge prefers another answer when their order changes.',
      };
}
