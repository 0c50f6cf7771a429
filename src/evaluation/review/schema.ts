import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { reviewReasons, reviewStatuses, reviewVerdicts } from '../../db/schema/reviews.ts';
import { coverages, runStatuses } from '../../db/schema/runs.ts';
import { pageQuery } from '../../http/openapi.ts';
import { CredentialId, Flag, Id, Instant, Name, Time } from '../../http/schema.ts';
import { toWireUsd } from '../../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { CaseOfTurn } from '../datasets/schema.ts';
import type { ItemRow, ItemWithTurn, VerdictRow } from './store.ts';

const Assignee = CredentialId.nullable().describe('The member or API key that reviews it');
const Label = Name(64).openapi({ example: 'outdated' });
const Labels = z
  .array(Label)
  .max(20)
  .transform((labels) => [...new Set(labels)]);

export const CreateReviewItem = z
  .strictObject({
    message_id: Id('msg').describe('A message of the turn'),
    assignee: Assignee.default(null),
    due_at: Instant.nullable().default(null),
  })
  .openapi('CreateReviewItem', {
    example: { message_id: 'msg_01kajv2q5ve0mt8h2vj3c6x7ra' } as never,
  });
export type CreateReviewItem = z.output<typeof CreateReviewItem>;

export const UpdateReviewItem = z
  .strictObject({
    status: z.enum(reviewStatuses),
    assignee: Assignee,
    due_at: Instant.nullable(),
  })
  .partial()
  .openapi('UpdateReviewItem', { example: { status: 'done' } });
export type UpdateReviewItem = z.output<typeof UpdateReviewItem>;

export const ReviewItemQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional().describe('Filter by agent: its id or slug'),
  status: z.enum(reviewStatuses).optional().describe('Filter by status'),
  reason: z.enum(reviewReasons).optional().describe('Filter by reason'),
  assignee: CredentialId.optional().describe('Filter by assignee'),
  label: z.string().min(1).max(64).optional().describe('Filter by a label of a verdict'),
  overdue: Flag.optional().describe('`true`: items past their due time that are not done'),
});
export type ReviewItemQuery = z.output<typeof ReviewItemQuery>;

export const SetVerdict = z
  .strictObject({
    verdict: z.enum(reviewVerdicts),
    score: z.number().min(0).max(1).nullable().default(null),
    better_answer: z.string().min(1).max(100_000).regex(/\S/).nullable().default(null),
    note: z.string().trim().min(1).max(4000).nullable().default(null),
    labels: Labels.default([]),
  })
  .openapi('SetVerdict', {
    example: {
      verdict: 'bad',
      better_answer: 'The shop opens at ten on Sundays.',
      labels: ['outdated'],
    } as never,
  });
export type SetVerdict = z.output<typeof SetVerdict>;

export const Verdict = z
  .object({
    reviewer: z.string().describe('The API key that gave the verdict'),
    verdict: z.enum(reviewVerdicts),
    score: z.number().nullable(),
    better_answer: z.string().nullable(),
    note: z.string().nullable(),
    labels: z.array(z.string()),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Verdict');
export type Verdict = z.output<typeof Verdict>;

export const ReviewItem = z
  .object({
    id: Id('rvw'),
    agent_id: Id('agt'),
    version_id: Id('ver'),
    session_id: Id('ses').nullable(),
    run_id: Id('run'),
    message_id: Id('msg').describe('The answer; the question of a run without an answer'),
    reasons: z
      .array(z.object({ reason: z.enum(reviewReasons), rule_id: Id('rvr').nullable() }))
      .describe('Why it is in the queue; `manual`: by request'),
    status: z.enum(reviewStatuses).describe('The first verdict changes `open` to `in_review`'),
    assignee: Assignee,
    due_at: Time.nullable(),
    is_overdue: z.boolean(),
    question: z.string().nullable().describe('Cut to 1000 characters in lists'),
    answer: z.string().nullable().describe('Cut to 1000 characters in lists; null without one'),
    content_erased: z.boolean().describe('True once the turn is erased, and the texts with it'),
    is_withheld: z.boolean().describe('True without texts if the key may not read messages'),
    run: z
      .object({
        status: z.enum(runStatuses),
        error_code: z.string().nullable(),
        confidence: z.number().nullable(),
        coverage: z.enum(coverages).nullable(),
        cost_usd: z.number().nullable(),
      })
      .nullable()
      .describe('null once the run is erased'),
    verdicts: z.array(Verdict).describe('At most one per reviewer'),
    case: z
      .object({ dataset_id: Id('ds'), case_id: Id('case') })
      .nullable()
      .describe('The case that was made of it last'),
    revision: z.int().describe('Increases with every change; the `ETag`'),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
    done_at: Time.nullable(),
  })
  .openapi('ReviewItem');
export type ReviewItem = z.output<typeof ReviewItem>;

export const CaseOfReview = CaseOfTurn.openapi('CaseOfReview', {
  example: { dataset: 'ds_01kajv2q5ve0mt8h2vj3c6x7ra' } as never,
});

export const toVerdict = (row: VerdictRow, isWithheld: boolean): Verdict => ({
  reviewer: row.reviewer,
  verdict: row.verdict,
  score: row.score,
  better_answer: isWithheld ? null : row.better_answer,
  note: isWithheld ? null : row.note,
  labels: [...row.labels],
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

const runOf = ({ run_status, ...row }: ItemWithTurn): ReviewItem['run'] =>
  run_status === null
    ? null
    : {
        status: run_status,
        error_code: row.error_code,
        confidence: row.confidence,
        coverage: row.coverage,
        cost_usd: toWireUsd(row.cost_nano_usd),
      };

const caseOf = ({ dataset_id, case_id }: ItemRow): ReviewItem['case'] =>
  dataset_id === null || case_id === null ? null : { dataset_id, case_id };

export function toReviewItem(
  row: ItemWithTurn,
  verdicts: readonly VerdictRow[],
  now: number,
  isWithheld: boolean,
): ReviewItem {
  const content_erased = row.content_erased || row.question === null;
  const isShown = !content_erased && !isWithheld;
  return {
    id: row.id,
    agent_id: row.agent_id,
    version_id: row.version_id,
    session_id: row.session_id,
    run_id: row.run_id,
    message_id: row.message_id,
    reasons: [...row.reasons],
    status: row.status,
    assignee: row.assignee,
    due_at: toWireTimeOrNull(row.due_at),
    is_overdue: row.due_at !== null && row.due_at < now && row.status !== 'done',
    question: isShown ? row.question : null,
    answer: isShown ? row.answer : null,
    content_erased,
    is_withheld: isWithheld,
    run: runOf(row),
    verdicts: verdicts.map((one) => toVerdict(one, isWithheld)),
    case: caseOf(row),
    revision: row.revision,
    created_by: row.created_by,
    created_at: toWireTime(row.created_at),
    updated_at: toWireTime(row.updated_at),
    done_at: toWireTimeOrNull(row.done_at),
  };
}
