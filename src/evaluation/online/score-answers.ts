import { batch, type Statement } from '../../db/client.ts';
import { actAsKey } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { commitStep, type NextStep } from '../../platform/next-step.ts';
import { sumOrNull } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { selectEndedRuns } from '../ended-runs.ts';
import { selectQueued } from '../queued.ts';
import { contentOf, readPastTurn } from '../replay/past-turn.ts';
import { isSampled } from '../sample.ts';
import { observe } from '../scorers/observe.ts';
import { Scorer } from '../scorers/schema.ts';
import { score } from '../scorers/score.ts';
import { disableScorer } from './service.ts';
import {
  addAnswers,
  dropScore,
  type OnlineScorerRow,
  type ScoreChanges,
  type ScoreRow,
  selectEnabled,
  selectPending,
  selectScorer,
  selectSpent,
  skipPending,
  storeScore,
} from './store.ts';

/** Scorers of one page and of one tick, and runs that are read for each. */
const pageSize = 50;
const maxPages = 20;
const maxRuns = 500;
/** Answers that are scored at the same time, and attempts at one. */
const parallel = 4;
const maxAttempts = 3;

const scoreJob = ({ id, api_key_id }: Pick<OnlineScorerRow, 'id' | 'api_key_id'>) => ({
  job: { type: 'online_scores.process', scorer_id: id, api_key_id } as const,
  lane: id,
  id: id.replace(/^osc_/, 'job_'),
});

/** Gives the scorers of live answers their share of the runs that have ended since the last tick. */
export async function feedScorers(ctx: Ctx): Promise<number> {
  let fed = 0;
  let after = '';
  for (let page = 0; page < maxPages; page += 1) {
    const scorers = await selectEnabled(ctx.db, after, pageSize).all();
    for (const scorer of scorers)
      fed += await feed(ctx, scorer).catch((error: unknown) => {
        ctx.log.error('online_scorer_not_fed', { scorer_id: scorer.id, error });
        return 0;
      });
    const last = scorers.at(-1);
    if (last === undefined || scorers.length < pageSize) break;
    after = last.id;
  }
  return fed;
}

async function feed(given: Ctx, scorer: OnlineScorerRow): Promise<number> {
  const { id, workspace_id, agent_id, share } = scorer;
  const ctx: Ctx = { ...given, workspace_id };
  const job = scoreJob(scorer);
  const [ended, waiting, queued] = await batch(ctx.db, [
    selectEndedRuns(ctx.db, workspace_id, agent_id, scorer, ctx.now(), maxRuns),
    selectPending(ctx.db, id, 1),
    selectQueued(ctx.db, job.id),
  ]);
  const last = ended.at(-1);
  const answers = ended
    .filter((run) => run.is_answer === 1 && isSampled(run.id, id, share / 1e6))
    .map((run) => ({ ...run, score_id: ctx.newId('scr') }));
  if (last === undefined && waiting.length === 0) return 0;
  const to = last && { read_until: last.ended_at, read_run_id: last.id };
  await commit(ctx, {
    statements: to === undefined ? [] : addAnswers(ctx.db, scorer, answers, to, ctx.now()),
    // A job that was just ending has left the answers of the last tick, which `waiting` shows.
    jobs: queued.length > 0 || (answers.length === 0 && waiting.length === 0) ? [] : [job],
  });
  return answers.length;
}

/**
 * Scores some answers and queues the next step. A score is stored once, with the usage of its model calls. Returns true when `end` was
 * committed.
 */
export async function processScores(ctx: Ctx, id: string, end?: Statement): Promise<boolean> {
  const scorer = await selectScorer(ctx.db, ctx.workspace_id, id).get();
  if (scorer === undefined) return false;
  const { statements, next } = await step(ctx, scorer);
  await commitStep(ctx, statements, end ?? null, scoreJob(scorer), next);
  return end !== undefined;
}

async function step(
  ctx: Ctx,
  scorer: OnlineScorerRow,
): Promise<{ readonly statements: readonly Statement[]; readonly next: NextStep }> {
  const [pending, [today]] = await batch(ctx.db, [
    selectPending(ctx.db, scorer.id, parallel),
    selectSpent(ctx.db, scorer.id, ctx.now()),
  ]);
  if (pending.length === 0) return { statements: [], next: 'end' };
  const { spent = 0, highest = 0 } = today ?? {};
  const left = scorer.daily_cost_nano_usd - spent;
  // The first score of a day shows what one costs.
  const room = highest === 0 ? 1 : Math.floor(left / highest);
  const usesModels = scorer.scorer.type === 'judge' || scorer.scorer.model !== undefined;
  if (usesModels && (left <= 0 || room < 1))
    return { statements: skipPending(ctx.db, scorer.id), next: 'end' };
  if (usesModels && !(await hasValidKey(ctx, scorer))) {
    await disableScorer(ctx, scorer);
    return { statements: [], next: 'end' };
  }
  const config = Scorer.parse(scorer.scorer);
  const some = usesModels ? pending.slice(0, room) : pending;
  const ends = await Promise.all(some.map((row) => scoreAnswer(ctx, config, row)));
  return { statements: [], next: ends.includes('later') ? { delay_ms: 20 * second } : 'now' };
}

/** False when the key that pays for the model calls of a scorer may no longer be used for the agent. */
async function hasValidKey(ctx: Ctx, { api_key_id, agent_id }: OnlineScorerRow): Promise<boolean> {
  if (api_key_id === null) return true;
  const acting = await actAsKey(ctx, api_key_id);
  return acting !== null && coversAgent(acting.actor, agent_id);
}

async function scoreAnswer(ctx: Ctx, config: Scorer, row: ScoreRow): Promise<'done' | 'later'> {
  const turn = await readPastTurn(ctx, row.run_id);
  if (turn === null) {
    await batch(ctx.db, [dropScore(ctx.db, row.id)]);
    return 'done';
  }
  const { agent_id, version_id, session_id, run_id } = row;
  const observed = await observe(ctx, run_id);
  const result = await score(ctx, config, contentOf(turn), observed, {
    ...{ agent_id, version_id, session_id, run_id },
    call_key: `${row.id}:${row.attempts}`,
  });
  // Attempts that failed have a cost, too.
  const cost_nano_usd = sumOrNull([row.cost_nano_usd ?? 0, result.cost_nano_usd]);
  // The next step waits for the end of the suspension, however often.
  const isSuspended = result.error?.code === 'workspace_suspended';
  const attempts = row.attempts + (isSuspended ? 0 : 1);
  const isLater = isSuspended || (result.error?.is_temporary === true && attempts < maxAttempts);
  const changes: ScoreChanges = isLater
    ? { attempts, cost_nano_usd }
    : {
        state: result.outcome,
        score: result.score,
        passed: result.passed,
        reason: result.reason,
        error_code: result.error?.code ?? null,
        judge_id: result.judge?.judge_id ?? null,
        judge_revision: result.judge?.revision ?? null,
        cost_nano_usd,
      };
  await batch(ctx.db, [storeScore(ctx.db, row.id, changes), ...result.usage] as Statement[]);
  return isLater ? 'later' : 'done';
}
