import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { Ctx } from '../../platform/context.ts';
import { minute, second } from '../../shared/time.ts';
import { type ReviewFact, selectTurns } from './match.ts';
import { maxRules, type RuleRow, selectRules } from './rule-store.ts';
import {
  addItems,
  type EndedRun,
  endScan,
  type GivenFeedback,
  moveScan,
  type ScanRow,
  selectEnded,
  selectFeedbackAfter,
  selectScans,
} from './scan-store.ts';

/** Agents of a tick, runs or ratings of a page, pages of an agent. */
const maxAgents = 200;
const pageSize = 100;
const maxPages = 10;
/** Ends of runs are written in another order than they have times. */
const settledAfter = 10 * second;

/**
 * Adds the turns to the review queue that rules select, of runs that have ended and ratings that were given since the last
 * tick. Position and items are written in one batch, so that concurrent ticks, and one that dies, add each turn once.
 */
export async function scanTurns(ctx: Ctx): Promise<void> {
  const scans = await selectScans(ctx.db, ctx.now() - minute / 2, maxAgents);
  for (const scan of scans) {
    const own = { ...ctx, workspace_id: scan.workspace_id };
    try {
      await scanAgent(own, scan);
    } catch (error) {
      // Another tick scans the agent.
      if (!isGuardViolation(error, 'review_scans.scanned_at'))
        ctx.log.error('turns_not_scanned', { agent_id: scan.agent_id, error });
    }
  }
}

async function scanAgent(ctx: Ctx, first: ScanRow): Promise<void> {
  const { workspace_id, agent_id } = first;
  let scan = first;
  for (let page = 0; page < maxPages; page += 1) {
    const rules = (await selectRules(ctx.db, workspace_id, agent_id, null, maxRules).all()).filter(
      ({ enabled }) => enabled,
    );
    if (rules.length === 0) {
      await endScan(ctx.db, first);
      return;
    }
    const next = await scanPage(ctx, scan, rules);
    if (next === null) return;
    scan = next;
  }
}

/** Returns the next position; null when nothing is left. */
async function scanPage(
  ctx: Ctx,
  scan: ScanRow,
  rules: readonly RuleRow[],
): Promise<ScanRow | null> {
  const { db } = ctx;
  const now = ctx.now();
  const has = (type: string) => rules.some(({ condition }) => condition.type === type);
  const reads = { texts: has('text'), tools: has('tool_failed') };
  const [runs, ratings] = await batch(db, [
    selectEnded(db, scan, now - settledAfter, reads, pageSize),
    selectFeedbackAfter(db, scan, now - settledAfter, pageSize),
  ]);
  const facts = [...runs.flatMap(factOfRun), ...ratings.flatMap(factOfRating)];
  const selection = selectTurns(rules, facts, now);
  const lastRun = runs.at(-1);
  const lastRating = ratings.at(-1);
  const next: ScanRow = {
    ...scan,
    run_ended_at: lastRun?.ended_at ?? scan.run_ended_at,
    run_id: lastRun?.id ?? scan.run_id,
    feedback_updated_at: lastRating?.updated_at ?? scan.feedback_updated_at,
    feedback_id: lastRating?.id ?? scan.feedback_id,
    scanned_at: now,
  };
  await batch(db, [
    moveScan(db, scan, next),
    ...addItems(db, scan, selection, () => ctx.newId('rvw'), now),
  ]);
  return Math.max(runs.length, ratings.length) < pageSize ? null : next;
}

const factOfRun = ({ id, ended_at, is_counted, message_id, ...run }: EndedRun): ReviewFact[] =>
  is_counted === 0 || message_id === null
    ? []
    : [
        {
          ...run,
          run_id: id,
          message_id,
          at: ended_at,
          is_down_vote: false,
          has_failed_tool: run.has_failed_tool === 1,
        },
      ];

const factOfRating = ({
  id: _,
  updated_at,
  is_down_vote,
  ...rating
}: GivenFeedback): ReviewFact[] =>
  is_down_vote === 0
    ? []
    : [
        {
          ...rating,
          at: updated_at,
          is_down_vote: true,
          ...{ confidence: null, coverage: null, cost_nano_usd: null },
          ...{ has_failed_tool: false, question: null, answer: null },
        },
      ];
