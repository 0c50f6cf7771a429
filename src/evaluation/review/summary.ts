import { sql } from 'drizzle-orm';
import { findAgent } from '../../agents/index.ts';
import { batch, type Db } from '../../db/client.ts';
import { type ReviewReason, reviewVerdicts } from '../../db/schema/reviews.ts';
import { withRange } from '../../http/schema.ts';
import type { Ctx } from '../../platform/context.ts';
import { agreementOf, ordinal } from './agreement.ts';
import type { ReviewSummary, SummaryQuery } from './summary-schema.ts';

interface Period {
  readonly from: number;
  readonly to: number;
}

type Verdicts = Record<(typeof reviewVerdicts)[number], number>;

const counts = sql`count(*) filter (where v.verdict = 'good') as good, count(*) filter (where v.verdict = 'partly') as partly,
  count(*) filter (where v.verdict = 'bad') as bad`;

/** The queries of a summary, over the items of an agent that were created in a period. */
function selectSummary(
  db: Db,
  workspace_id: string,
  agent_id: string,
  { from, to }: Period,
  now: number,
) {
  const items = sql`review_items i where i.workspace_id = ${workspace_id} and i.agent_id = ${agent_id}
    and i.created_at >= ${from} and i.created_at < ${to}`;
  const given = sql`(select i.id, i.version_id from ${items}) i cross join review_verdicts v on v.item_id = i.id`;
  return [
    db.all<ReviewSummary['items']>(sql`
      select count(*) filter (where i.status = 'open') as open, count(*) filter (where i.status = 'in_review') as in_review,
        count(*) filter (where i.status = 'done') as done,
        count(*) filter (where i.due_at < ${now} and i.status <> 'done') as overdue from ${items}`),
    db.all<{ reason: ReviewReason; count: number }>(sql`
      select r.value ->> 'reason' as reason, count(distinct i.id) as count
      from (select i.id, i.reasons from ${items}) i, json_each(i.reasons) r group by 1 order by count desc, reason`),
    db.all<Verdicts & { mean_score: number | null }>(
      sql`select ${counts}, avg(v.score) as mean_score from ${given}`,
    ),
    db.all<{ label: string; count: number }>(sql`
      select l.value as label, count(*) as count from ${given}, json_each(v.labels) l group by 1 order by count desc, label limit 50`),
    db.all<Verdicts & { version_id: string; number: number }>(sql`
      select i.version_id, n.number, ${counts} from ${given} join agent_versions n on n.id = i.version_id
      group by i.version_id, n.number order by n.number desc limit 100`),
    db.all<Verdicts & { items: number }>(sql`
      select good, partly, bad, count(*) as items from (select ${counts} from ${given} group by i.id)
      where good + partly + bad > 1 group by good, partly, bad`),
  ] as const;
}

/** Summarizes the items of an agent that were created in a period. Throws `not_found`. */
export async function getSummary(
  ctx: Ctx,
  agentName: string,
  query: SummaryQuery,
): Promise<ReviewSummary> {
  const { db, workspace_id } = ctx;
  const agent = await findAgent(ctx, agentName);
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = withRange(query);
  const [[items], reasons, [verdicts], labels, versions, units] = await batch(
    db,
    selectSummary(db, workspace_id, agent.id, { from, to }, ctx.now()),
  );
  if (items === undefined || verdicts === undefined) throw new Error('aggregates have a row');
  const agreement = agreementOf(
    units.map((unit) => ({
      counts: reviewVerdicts.map((verdict) => unit[verdict]),
      items: unit.items,
    })),
    ordinal,
  );
  return {
    items,
    reasons,
    verdicts,
    labels,
    versions,
    agreement: {
      item_count: agreement.items,
      percent: agreement.percent,
      krippendorff_alpha: agreement.alpha,
    },
  };
}
