import { batch } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { withRetry } from '../../platform/with-retry.ts';
import { Failure, type FailureCode } from '../../shared/failure.ts';
import { judgeAnswer } from './judge-answer.ts';
import { readJudge, toKnownJudge } from './service.ts';
import {
  type JudgeTest,
  type TestJudge,
  toContent,
  toJudgeTest,
  toObserved,
} from './test-schema.ts';

/** Judges one answer. The calls are billed. Throws `not_found`, and the failure of the model or budget. */
export async function testJudge(ctx: Ctx, id: string, input: TestJudge): Promise<JudgeTest> {
  const judge = toKnownJudge(await readJudge(ctx, id));
  const judgement = await judgeAnswer(ctx, judge, toContent(input), toObserved(input), {
    call_key: `${ctx.request_id}:${ctx.newId('use')}`,
  });
  const { score, error, usage } = judgement;
  if (error !== null || score === null) {
    if (usage.length > 0) await withRetry(() => batch(ctx.db, [...usage]));
    throw new Failure((error?.code ?? 'internal') as FailureCode, error?.detail ?? '');
  }
  const reply = toJudgeTest(judgement, score, judge.config.threshold);
  await withRetry(() => commit(ctx, { statements: usage, reply }));
  return reply;
}
