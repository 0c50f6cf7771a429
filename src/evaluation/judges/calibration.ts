import { findAgent } from '../../agents/index.ts';
import { batch } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import { type Ctx, coveredAgents } from '../../platform/context.ts';
import { withRetry } from '../../platform/with-retry.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type NanoUsd, sumOrNull, toWireUsd } from '../../shared/money.ts';
import { readTurn } from '../read-turn.ts';
import { toScoreError } from '../scorers/failures.ts';
import { observe } from '../scorers/observe.ts';
import type { ScoreError } from '../scorers/score-result.ts';
import { calibrate, verdictOf } from './calibrate.ts';
import type {
  CalibrateJudge,
  Calibration,
  CalibrationQuery,
  CalibrationStep,
} from './calibration-schema.ts';
import {
  insertJudgeScore,
  type PendingTurn,
  selectedOf,
  selectPendingTurns,
  selectScoredVerdicts,
} from './calibration-store.ts';
import { judgeAnswer, type KnownJudge } from './judge-answer.ts';
import { readJudge, toKnownJudge } from './service.ts';

/** Turns that are scored at the same time, and the greatest number that `pending` counts. */
const parallel = 4;
const maxPending = 1000;

/** Compares the scores of a judge with the verdicts of people on the same turns. Throws `not_found`. */
export async function readCalibration(
  ctx: Ctx,
  id: string,
  { agent, revision, partly_as }: CalibrationQuery,
): Promise<Calibration> {
  const judge = toKnownJudge(await readJudge(ctx, id));
  const newest = judge.revision ?? 0;
  if (revision !== undefined && revision > newest) throw notFound('revision of the judge');
  const selected = selectedOf(
    { ...judge, revision: revision ?? newest },
    await agentsOf(ctx, agent),
  );
  const { db, workspace_id } = ctx;
  const [rows, pending] = await Promise.all([
    selectScoredVerdicts(db, workspace_id, selected),
    selectPendingTurns(db, workspace_id, selected, maxPending),
  ]);
  const pairs = rows.flatMap(({ score, passed, human_score, ...counts }) =>
    score === null ? [] : [{ human: verdictOf(counts), human_score, score, passed: passed === 1 }],
  );
  return {
    judge_id: id,
    revision: selected.revision,
    ...calibrate(pairs, partly_as),
    pending: pending.length,
    failed: rows.length - pairs.length,
  };
}

/** The agents whose turns count: the given one, or those that the key covers; null for all. Throws `not_found`. */
async function agentsOf(ctx: Ctx, agent: string | undefined): Promise<readonly string[] | null> {
  if (agent === undefined) return coveredAgents(ctx.actor);
  return [(await findAgent(ctx, agent)).id];
}

/**
 * Scores reviewed turns that the newest revision has not scored. Each score is stored with its usage, so a step that is interrupted
 * loses nothing, and turns whose call failed for a while stay pending. Throws `not_found`.
 */
export async function calibrateJudge(
  ctx: Ctx,
  id: string,
  { agent_id, limit }: CalibrateJudge,
): Promise<CalibrationStep> {
  const judge = toKnownJudge(await readJudge(ctx, id));
  const selected = selectedOf(judge, await agentsOf(ctx, agent_id));
  const turns = await selectPendingTurns(ctx.db, ctx.workspace_id, selected, limit);
  const results: Awaited<ReturnType<typeof scoreTurn>>[] = [];
  for (let at = 0; at < turns.length; at += parallel)
    results.push(
      ...(await Promise.all(
        turns.slice(at, at + parallel).map((turn) => scoreTurn(ctx, judge, turn)),
      )),
    );
  const reply = {
    scored: results.filter(({ error }) => error === null).length,
    errors: results.flatMap(({ run_id, error }) =>
      error === null ? [] : [{ run_id, code: error.code, detail: error.detail }],
    ),
    cost_usd: toWireUsd(sumOrNull(results.map(({ cost_nano_usd }) => cost_nano_usd))),
    calibration: await readCalibration(ctx, id, { agent: agent_id, partly_as: 'bad' }),
  };
  const detail = { revision: judge.revision, scored: reply.scored };
  const audit = [{ action: 'judge.calibrate', target_type: 'judge', target_id: id, detail }];
  await commit(ctx, { statements: [], audit, reply });
  return reply;
}

interface Scored {
  readonly run_id: string;
  readonly error: ScoreError | null;
  readonly cost_nano_usd: NanoUsd | null;
}

async function scoreTurn(ctx: Ctx, judge: KnownJudge, turn: PendingTurn): Promise<Scored> {
  const { run_id } = turn;
  const row = {
    ...{ judge_id: judge.judge_id ?? '', revision: judge.revision ?? 0, run_id },
    workspace_id: ctx.workspace_id,
    created_at: ctx.now(),
  };
  const judged = await judgeTurn(ctx, judge, turn);
  const { score, error, usage, cost_nano_usd } = judged;
  const passed = score === null ? null : score >= judge.config.threshold;
  const isKept = error === null || !(error.is_temporary || error.code === 'budget_exceeded');
  const statements = [
    ...usage,
    ...(isKept
      ? [insertJudgeScore(ctx.db, { ...row, score, passed, error_code: error?.code ?? null })]
      : []),
  ];
  if (statements.length > 0) await withRetry(() => batch(ctx.db, statements));
  return { run_id, error, cost_nano_usd };
}

/** Judges a turn without what the reviewers say of it. */
async function judgeTurn(ctx: Ctx, judge: KnownJudge, { run_id, message_id }: PendingTurn) {
  try {
    const [{ run, question, conversation }, observed] = await Promise.all([
      readTurn(ctx, message_id),
      observe(ctx, run_id),
    ]);
    const content = { input: question, conversation, expected: {}, tags: [] };
    const { agent_id, version_id, session_id } = run;
    return await judgeAnswer(ctx, judge, content, observed, {
      ...{ agent_id, version_id, session_id, run_id },
      call_key: `${judge.judge_id}:${judge.revision}:${run_id}`,
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { score: null, error: toScoreError(error), usage: [], cost_nano_usd: 0 };
  }
}
