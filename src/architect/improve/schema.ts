import { z } from '@hono/zod-openapi';
import { VersionReference } from '../../agents/index.ts';
import { CreateArchitectSession, Finding } from '../schema.ts';
import { improvable } from './change.ts';

export const ImproveAgent = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe('Length of the period that is examined, until now'),
    model: CreateArchitectSession.shape.model,
  })
  .openapi('ImproveAgent', { example: { days: 30 } as never });
export type ImproveAgent = z.output<typeof ImproveAgent>;

const EvidenceItem = z
  .object({
    source: z
      .enum(['feedback', 'weak_answer', 'evaluation'])
      .describe(
        'A bad rating, an answer with little support in the documents, or a golden question that the newest evaluation failed',
      ),
    id: z.string().describe('Id of the answer, or of the golden question'),
    question: z.string(),
  })
  .openapi('ImprovementEvidence');

export const Improvement = z
  .object({
    status: z.enum(['draft_created', 'nothing_to_improve']),
    by: z.string().describe('`builtin` for rules, otherwise the model'),
    version: VersionReference.nullable().describe('The draft version; it is not active'),
    changes: z.array(
      z.object({
        field: z.enum(improvable),
        before: z.unknown(),
        after: z.unknown(),
        reason: z.string(),
        evidence: z.array(EvidenceItem),
      }),
    ),
    knowledge_gaps: z
      .array(z.object({ question: z.string(), message_ids: z.array(z.string()) }))
      .describe('Questions that the documents did not answer: add documents for them'),
    findings: z.array(Finding).describe('Problems of the configuration, after the changes'),
    examined: z
      .object({
        feedback: z.int(),
        weak_answers: z.int(),
        failed_questions: z.int(),
      })
      .describe('Evidence that was found'),
    run_id: z.string().nullable(),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
  })
  .openapi('AgentImprovement');
export type Improvement = z.output<typeof Improvement>;
