import type { Ctx } from '../../platform/context.ts';
import { mayReadMessages } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { sumOrNull, toWireUsd } from '../../shared/money.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { toWireTimeOrNull } from '../../shared/time.ts';
import type { CaseContent } from '../datasets/case.ts';
import { type ResultFilter, type ResultRow, selectResults } from './result-store.ts';
import type { EvaluationResult, ResultQuery } from './schema.ts';
import { findEvaluation } from './service.ts';
import type { EvaluationRow } from './store.ts';

export interface ShownResult {
  readonly result: ResultRow;
  readonly content: string | null;
  readonly is_of_turn: number | null;
}

/** Lists the tasks of an evaluation with their results. Throws `not_found`, and `forbidden` for a search without `messages:read`. */
export async function listResults(
  ctx: Ctx,
  id: string,
  { limit, cursor, ...filters }: ResultQuery,
): Promise<Page<EvaluationResult>> {
  const row = await findEvaluation(ctx, id);
  const may_read = mayReadMessages(ctx);
  if (filters.q !== undefined && !may_read)
    throw new Failure('forbidden', 'A search in messages requires the permission messages:read.');
  const filter = filterOf(row, filters);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `evaluation-results:${id}`,
      filters: { ...filters, may_read },
    },
    { limit, cursor },
    (after, count) => selectResults(ctx.db, row, filter, positionOf(after), count).all(),
    ({ result: { ordinal, target, repetition } }) => `${ordinal}:${target}:${repetition}`,
    (one) => toResult(row, one, may_read),
  );
}

function filterOf(
  row: EvaluationRow,
  { failed_scorer, ...filters }: Omit<ResultQuery, 'limit' | 'cursor'>,
): ResultFilter {
  if (failed_scorer === undefined) return filters;
  const index = row.scorers.findIndex(({ name }) => name === failed_scorer);
  if (index < 0)
    throw invalid('?failed_scorer', `The evaluation has no scorer \`${failed_scorer}\`.`);
  return { ...filters, failed_scorer: index };
}

function positionOf(after: string | null) {
  if (after === null) return null;
  const [ordinal = 0, target = 0, repetition = 0] = after.split(':').map(Number);
  return { ordinal, target, repetition };
}

/** Without the permission to read messages, figures are shown and texts are not, save for cases that people wrote. */
export function toResult(
  { scorers }: EvaluationRow,
  { result, content: text, is_of_turn }: ShownResult,
  may_read: boolean,
): EvaluationResult {
  const content = text === null ? null : (JSON.parse(text) as CaseContent);
  const shown = may_read || is_of_turn === 0 ? content : null;
  return {
    case_id: result.case_id,
    position: result.ordinal,
    target: result.target,
    repetition: result.repetition,
    tags: [...result.tags],
    state: result.state,
    input: shown?.input ?? null,
    expected: shown === null ? null : { ...shown.expected },
    answer: may_read ? result.answer : null,
    cited_file_ids: [...(result.cited_file_ids ?? [])],
    run_id: result.run_id,
    outcome: result.outcome,
    error:
      result.error_code === null
        ? null
        : { code: result.error_code, detail: may_read ? result.error_detail : null },
    score: result.score,
    passed: result.passed,
    scores: scorers.flatMap((scorer, index) => {
      const one = result.scores?.[index];
      if (one === undefined) return [];
      const { cost_nano_usd, judge, ...rest } = one;
      return [
        {
          name: String(scorer.name),
          ...rest,
          judge: judge === null ? null : { ...judge },
          reason: may_read ? (result.reasons?.[index] ?? null) : null,
          cost_usd: toWireUsd(cost_nano_usd),
        },
      ];
    }),
    cost_usd:
      result.state === 'done'
        ? toWireUsd(sumOrNull([result.run_cost_nano_usd, result.score_cost_nano_usd]))
        : null,
    input_tokens: result.input_tokens,
    output_tokens: result.output_tokens,
    latency_ms: result.latency_ms,
    first_token_ms: result.first_token_ms,
    ended_at: toWireTimeOrNull(result.ended_at),
  };
}
