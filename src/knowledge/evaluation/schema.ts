import { z } from '@hono/zod-openapi';
import { evaluationStatuses, evaluationTriggers } from '../../db/schema/retrieval.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { MetadataFilter } from '../search/filter.ts';
import { SearchQuery, SearchResult } from '../search/schema.ts';
import type { EvaluationRow, ResultRow } from './evaluation-store.ts';
import type { QuestionRow } from './question-store.ts';

const Expected = z
  .array(
    z.strictObject({
      file_id: Id('file'),
      text: z
        .string()
        .trim()
        .min(1)
        .max(8000)
        .optional()
        .describe(
          'The passage that answers, as it stands in the file; without it any passage of the file does. Compared by letters and digits',
        ),
    }),
  )
  .max(20)
  .describe(
    'The files or passages that answer the question; empty if the documents do not hold the answer. A file keeps its id when its content is replaced',
  );

const question = SearchQuery.shape.query;

const NewQuestion = z.strictObject({ question, expected: Expected });

const maxQuestionsPerRequest = 200;

export const CreateQuestions = z
  .strictObject({ data: z.array(NewQuestion).min(1).max(maxQuestionsPerRequest) })
  .openapi('CreateGoldenQuestions', {
    example: {
      data: [
        {
          question: 'How many days of leave do I have?',
          expected: [
            { file_id: 'file_01kajv2q5ve0mt8h2vj3c6x7ra', text: '25 days of leave a year' },
          ],
        },
        { question: 'Who won the World Cup?', expected: [] },
      ],
    },
  });
export type CreateQuestions = z.output<typeof CreateQuestions>;

export const UpdateQuestion = NewQuestion.partial().openapi('UpdateGoldenQuestion', {
  example: { question: 'How many days of leave does everybody have?' },
});
export type UpdateQuestion = z.output<typeof UpdateQuestion>;

export const Question = z
  .object({
    id: Id('gq'),
    base_id: Id('kb'),
    question: z.string(),
    expected: z.array(z.object({ file_id: z.string(), text: z.string().optional() })),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('GoldenQuestion');
export type Question = z.output<typeof Question>;

export const CreatedQuestions = z.object({ data: z.array(Question) }).openapi('GoldenQuestions');

export const QuestionQuery = z.strictObject({
  ...pageQuery,
  q: z.string().min(1).max(200).optional().describe('Filter by a part of the question'),
});
export type QuestionQuery = z.output<typeof QuestionQuery>;

export const toQuestion = (row: QuestionRow): Question => ({
  id: row.id,
  base_id: row.base_id,
  question: row.question,
  expected: row.expected.map(({ file_id, text }) =>
    text === undefined ? { file_id } : { file_id, text },
  ),
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const SearchSettings = SearchQuery.omit({ query: true }).extend({
  filter: MetadataFilter.nullable().default(null),
});
export type SearchSettings = z.output<typeof SearchSettings>;

export const CreateEvaluation = SearchSettings.openapi('CreateRetrievalEvaluation', {
  example: { mode: 'hybrid', top_k: 10 } as never,
});

const share = (what: string) => z.number().min(0).max(1).nullable().describe(what);

const Metrics = z
  .object({
    answerable: z.int().describe('Questions with an expected passage'),
    unanswerable: z.int().describe('Questions whose answer the documents do not hold'),
    hit_rate: share('Share of answerable questions with an expected passage among the hits'),
    recall: share('Mean share of the expected passages among the hits'),
    mrr: share('Mean reciprocal rank of the first expected passage; 0 if none was found'),
    ndcg: share('Mean normalized discounted cumulative gain of the hits, with binary gains'),
    not_found_precision: share('Share of questions with coverage `none` that are unanswerable'),
    not_found_recall: share('Share of unanswerable questions with coverage `none`'),
  })
  .openapi('RetrievalMetrics');

export const Evaluation = z
  .object({
    id: Id('rev'),
    base_id: Id('kb'),
    settings: z.record(z.string(), z.unknown()).describe('Settings of the search'),
    trigger: z
      .enum(evaluationTriggers)
      .describe(
        '`activation`: an agent activated a version whose knowledge settings differ from the former ones. `embedding`: searches use the vectors of another model since an embedding migration was switched; the settings are those of the evaluation before',
      ),
    agent_id: z.string().nullable(),
    version_id: z.string().nullable(),
    status: z.enum(evaluationStatuses),
    question_count: z.int(),
    evaluated_count: z.int(),
    metrics: Metrics.nullable().describe('Means of all questions; null until `ready`'),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    created_by: z.string().nullable().describe('The key or member that started it'),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .openapi('RetrievalEvaluation');
export type Evaluation = z.output<typeof Evaluation>;

export const EvaluationQuery = z.strictObject(pageQuery);

export const toEvaluation = (row: EvaluationRow): Evaluation => ({
  id: row.id,
  base_id: row.base_id,
  settings: row.settings,
  trigger: row.trigger,
  agent_id: row.agent_id,
  version_id: row.version_id,
  status: row.status,
  question_count: row.question_count,
  evaluated_count: row.evaluated_count,
  metrics: row.metrics === null ? null : Metrics.parse(row.metrics),
  error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? '' },
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});

const outcomes = ['found', 'missed', 'declined', 'not_declined'] as const;

export const ResultQuery = z.strictObject({
  ...pageQuery,
  outcome: z
    .enum(outcomes)
    .optional()
    .describe(
      '`found` or `missed`: answerable questions with or without an expected hit. `declined` or `not_declined`: questions with coverage `none`, and unanswerable ones with another',
    ),
  baseline: Id('rev')
    .optional()
    .describe('Another evaluation of the base; returns only questions whose rank differs'),
});
export type ResultQuery = z.output<typeof ResultQuery>;

export const EvaluationResult = z
  .object({
    question_id: z.string(),
    question: z.string().describe('The question at the time of the evaluation'),
    is_answerable: z.boolean(),
    rank: z.int().nullable().describe('Rank of the first expected hit, from 1'),
    baseline_rank: z.int().nullable().describe('Its rank in the `baseline`; null without one'),
    recall: z.number().nullable(),
    reciprocal_rank: z.number().nullable(),
    ndcg: z.number().nullable(),
    coverage: SearchResult.shape.coverage,
    confidence: SearchResult.shape.confidence,
    hits: z.array(
      z.object({
        chunk_id: z.string(),
        file_id: z.string(),
        file_name: z.string(),
        page: z.int().nullable(),
        score: z.number(),
        is_expected: z.boolean(),
      }),
    ),
  })
  .openapi('RetrievalResult');
export type EvaluationResult = z.output<typeof EvaluationResult>;

export const toResult = ({ result, baseline_rank }: ResultRow): EvaluationResult => ({
  question_id: result.question_id,
  question: result.question,
  is_answerable: result.is_answerable,
  rank: result.rank,
  baseline_rank,
  recall: result.recall,
  reciprocal_rank: result.reciprocal_rank,
  ndcg: result.ndcg,
  coverage: result.coverage as EvaluationResult['coverage'],
  confidence: result.confidence,
  hits: [...result.hits],
});
