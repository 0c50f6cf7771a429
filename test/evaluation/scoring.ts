import type { CaseContent } from '../../src/evaluation/datasets/case.ts';
import type { Observed } from '../../src/evaluation/scorers/observed.ts';
import { Scorer } from '../../src/evaluation/scorers/schema.ts';
import { score } from '../../src/evaluation/scorers/score.ts';
import type { Ctx } from '../../src/platform/context.ts';

export const observed = (some: Partial<Observed> = {}): Observed => ({
  answer: '',
  refused: false,
  citations: [],
  passages: [],
  tool_calls: [],
  latency_ms: 1200,
  first_token_ms: 300,
  cost_nano_usd: 2_000_000,
  status: 'completed',
  error_code: null,
  ...some,
});

export const caseOf = (
  expected: CaseContent['expected'] = {},
  input = 'How many days?',
): CaseContent => ({ input, expected, tags: [] });

let calls = 0;

/** Scores as an evaluation does: the scorer in the form of the API. */
export const scoreOf = (
  ctx: Ctx,
  scorer: object,
  expected: CaseContent['expected'],
  some: Partial<Observed>,
) => {
  calls += 1;
  const content = caseOf(expected);
  return score(ctx, Scorer.parse(scorer), content, observed(some), { call_key: `test:${calls}` });
};
