import { z } from '@hono/zod-openapi';
import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import { evaluation_results, evaluations, taskOutcomes } from '../../db/schema/evaluations.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { sumOrNull, toWireUsd } from '../../shared/money.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { toWireTimeOrNull } from '../../shared/time.ts';
import { getCase } from '../datasets/cases.ts';

export const CaseHistoryQuery = z.strictObject(pageQuery);
type CaseHistoryQuery = z.output<typeof CaseHistoryQuery>;

/** One result of a case, of any evaluation. */
export const PastResult = z
  .object({
    evaluation_id: Id('eval'),
    label: z.string().describe('Label of the evaluation'),
    agent_id: Id('agt'),
    target: z.int().describe('Position in `targets` of the evaluation'),
    version: z.int(),
    is_draft: z.boolean().describe('A draft on top of the version'),
    repetition: z.int(),
    outcome: z.enum(taskOutcomes).nullable(),
    score: z.number().nullable(),
    passed: z.boolean().nullable(),
    cost_usd: z.number().nullable(),
    latency_ms: z.int().nullable(),
    ended_at: Time.nullable(),
  })
  .openapi('PastCaseResult');
type PastResult = z.output<typeof PastResult>;

const columns = evaluation_results;
type Position = readonly [evaluation_id: string, target: number, repetition: number];

const selectHistory = (
  db: Db,
  workspace_id: string,
  case_id: string,
  only: readonly string[] | null,
  after: Position | null,
  limit: number,
) =>
  db
    .select({
      result: columns,
      label: evaluations.label,
      agent_id: evaluations.agent_id,
      targets: evaluations.targets,
    })
    .from(columns)
    .innerJoin(evaluations, eq(evaluations.id, columns.evaluation_id))
    .where(
      and(
        // By the index of cases, not by one of the workspace.
        sql`+${columns.workspace_id} = ${workspace_id}`,
        eq(columns.case_id, case_id),
        eq(columns.state, 'done'),
        isNull(evaluations.deleted_at),
        only === null ? undefined : sql`${evaluations.agent_id} in ${valuesOf(only)}`,
        after === null
          ? undefined
          : sql`(${columns.evaluation_id}, ${columns.target}, ${columns.repetition}) < (${after[0]}, ${after[1]}, ${after[2]})`,
      ),
    )
    .orderBy(desc(columns.evaluation_id), desc(columns.target), desc(columns.repetition))
    .limit(limit);

function positionOf(after: string | null): Position | null {
  if (after === null) return null;
  const [id = '', target, repetition] = after.split(':');
  return [id, Number(target), Number(repetition)];
}

/** Lists what a case came to in the evaluations of its dataset, newest first. Throws `not_found`. */
export async function listCaseHistory(
  ctx: Ctx,
  dataset: string,
  id: string,
  query: CaseHistoryQuery,
): Promise<Page<PastResult>> {
  await getCase(ctx, dataset, id, undefined);
  const { db, workspace_id } = ctx;
  const only = coveredAgents(ctx.actor);
  return readPage(
    {
      ...{ secret: ctx.config.signing_secret, workspace_id },
      ...{ list: `case-history:${id}`, filters: { only: only?.join() } },
    },
    query,
    (after, limit) => selectHistory(db, workspace_id, id, only, positionOf(after), limit).all(),
    ({ result: { evaluation_id, target, repetition } }) =>
      `${evaluation_id}:${target}:${repetition}`,
    ({ result, label, agent_id, targets }) => ({
      ...{ evaluation_id: result.evaluation_id, label, agent_id, target: result.target },
      version: targets[result.target]?.number ?? 0,
      is_draft: targets[result.target]?.draft != null,
      ...{ repetition: result.repetition, outcome: result.outcome },
      ...{ score: result.score, passed: result.passed },
      cost_usd: toWireUsd(sumOrNull([result.run_cost_nano_usd, result.score_cost_nano_usd])),
      latency_ms: result.latency_ms,
      ended_at: toWireTimeOrNull(result.ended_at),
    }),
  );
}
