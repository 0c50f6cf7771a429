import { type AgentConfig, parseConfig } from '../../agents/index.ts';
import type { ReplayedCall, TurnGap } from '../../db/schema/replays.ts';
import { sourceOfCall } from '../../execution/index.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  callsOf,
  type Draft,
  isOpen,
  oneOffRequest,
  type RunRow,
  runToEnd,
  selectMessagesOfRun,
  selectRun,
  selectRunContent,
  selectSpans,
  waitForAnswer,
} from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { nanoPerUsd } from '../../shared/money.ts';
import { compareAnswers } from '../judges/compare-answers.ts';
import type { KnownJudge } from '../judges/judge-answer.ts';
import { observe } from '../scorers/observe.ts';
import { contentOf, type PastTurn, promptOf, requestFilesOf } from './past-turn.ts';
import type { ReplayRow, TurnRow } from './store.ts';

/** Seconds that a run of a replay may take, so that a step is bounded. */
const maxSeconds = 120;

/** The version or draft that answers again. */
export interface Target {
  readonly draft: Draft;
  readonly replay: ReplayRow;
  /** The most that one run may cost. */
  readonly max_cost_nano_usd: number;
}

/**
 * Runs a turn again under the id `run_id`, once however often it is called, and returns its row; the failure if it could not start. The
 * row is open when its host could not be reached: the run may go on, and a later call returns its end.
 * It is a preview: it counts in no figure of the agent but its cost, and no tool of it has an effect.
 */
export async function runAgain(
  ctx: Ctx,
  turn: PastTurn,
  run_id: string,
  target: Target,
): Promise<RunRow | Failure> {
  const read = () => selectRun(ctx.db, ctx.workspace_id, run_id).get();
  const own: Ctx = { ...ctx, idempotency: null };
  const before = await read();
  if (before !== undefined && !isOpen(before)) return before;
  const error = await (before === undefined
    ? runToEnd(own, requestOf(ctx, turn, run_id, target))
    : waitForAnswer(own, run_id)
  ).then(
    () => null,
    (reason: unknown) => reason,
  );
  const row = await read();
  if (row !== undefined && (!isOpen(row) || error instanceof Failure)) return row;
  if (error instanceof Failure) return error;
  throw error ?? new Error(`run ${run_id} of a replay has not ended`);
}

function requestOf(
  ctx: Ctx,
  turn: PastTurn,
  run_id: string,
  { draft, replay, max_cost_nano_usd }: Target,
) {
  const { run, question, inputs, history, given } = turn;
  const { limits } = draft.config;
  const config: AgentConfig = {
    ...draft.config,
    limits: {
      ...limits,
      seconds: Math.min(limits.seconds, maxSeconds),
      cost_usd: Math.min(limits.cost_usd, max_cost_nano_usd / nanoPerUsd),
    },
  };
  return oneOffRequest({
    ...{ run_id, agent_id: replay.agent_id, version: replay.version_id, text: question, inputs },
    // Its budgets and limits are not those of the end user.
    end_user_id: null,
    groups: run.groups,
    labels: { [replay.kind]: replay.id, source_run_id: run.id },
    draft: { config, tools: draft.tools },
    prompt: promptOf(turn),
    past: { history, given },
    request_files: requestFilesOf(ctx, turn),
    overrides: {
      has_approvals: false,
      can_ask: false,
      tool_record: {
        run_id: run.id,
        at: run.created_at,
        simulates_effects: replay.kind === 'shadow',
      },
    },
  });
}

/** Returns the columns of a turn that has been answered again, with the usage of its judge. */
export async function outcomeOf(ctx: Ctx, turn: PastTurn, row: RunRow, target: Target) {
  const { replay, draft } = target;
  const { db, workspace_id } = ctx;
  const content = await selectRunContent(db, workspace_id, row.id).get();
  const made = callsOf(await selectSpans(db, workspace_id, row.id).all());
  const record = {
    at: turn.run.created_at,
    calls: turn.calls,
    simulates_effects: replay.kind === 'shadow',
  };
  const tools: ReplayedCall[] = made.map((call) => ({
    name: call.name,
    ...sourceOfCall(call, record),
  }));
  const original = await answerOf(ctx, turn.run);
  const answer = content?.answer ?? '';
  const judged = await preferenceOf(ctx, turn, row, target);
  const isFailure = row.status !== 'completed' && turn.run.status === 'completed';
  const changes: Partial<TurnRow> = {
    ...{ state: 'done', status: row.status, ended_at: ctx.now() },
    ...{ error_code: row.error_code, error_detail: row.error_detail },
    ...{ answer, citations: content?.citations ?? [], tools },
    miss_count: tools.filter(({ source }) => source === 'missed').length,
    gaps: gapsOf(turn, row, draft.config),
    is_changed: answer.trim() !== original.trim(),
    is_worse: isFailure || judged.preference === 'original',
    preference: judged.preference,
    preference_reason: judged.reason,
    ...{ confidence: row.confidence, coverage: row.coverage },
    ...{ latency_ms: row.latency_ms, first_token_ms: row.first_token_ms },
    cost_nano_usd: row.cost_nano_usd,
    original_status: turn.run.status,
    original_latency_ms: turn.run.latency_ms,
    original_cost_nano_usd: turn.run.cost_nano_usd,
  };
  return {
    changes: { ...changes, extra_nano_usd: judged.cost_nano_usd ?? 0 },
    usage: judged.usage,
  };
}

async function answerOf({ db, workspace_id }: Ctx, run: RunRow): Promise<string> {
  if (run.session_id === null)
    return (await selectRunContent(db, workspace_id, run.id).get())?.answer ?? '';
  const messages = await selectMessagesOfRun(db, workspace_id, run.id).all();
  const own = messages.find(
    ({ role, session_id }) => role === 'assistant' && session_id === run.session_id,
  );
  return own?.text ?? '';
}

const noPreference = { preference: null, reason: null, cost_nano_usd: 0, usage: [] };

async function preferenceOf(ctx: Ctx, turn: PastTurn, row: RunRow, { replay, draft }: Target) {
  const isComparable = row.status === 'completed' && turn.run.status === 'completed';
  if (replay.judge === null || !isComparable) return noPreference;
  const judge = replay.judge as unknown as KnownJudge;
  const [a, b] = await Promise.all([observe(ctx, turn.run.id), observe(ctx, row.id, draft.config)]);
  const compared = await compareAnswers(ctx, judge, contentOf(turn), a, b, {
    ...{ agent_id: replay.agent_id, version_id: replay.version_id, run_id: row.id },
    call_key: `${replay.id}:${turn.run.id}`,
  });
  const names = { a: 'original', b: 'replay', tie: 'tie' } as const;
  const { preference, reason, cost_nano_usd, usage } = compared;
  return { preference: preference && names[preference], reason, cost_nano_usd, usage };
}

/** Returns the parts that the replay lacks, for which its answer may differ. */
function gapsOf({ calls, run }: PastTurn, row: RunRow, { tools }: AgentConfig): TurnGap[] {
  const isEmpty = calls.some(
    ({ input, output, error }) => input === null && output === null && error !== undefined,
  );
  const { attachments = [], messages } = (row.context ?? {}) as {
    attachments?: { reason: string | null }[];
    messages?: { omitted: number };
  };
  const before = (run.context as { messages?: { omitted: number } } | null)?.messages?.omitted ?? 0;
  const gaps: Readonly<Record<TurnGap, boolean>> = {
    tool_results: isEmpty,
    missing_tools: calls.some(({ name }) => !tools.includes(name)),
    attachments: attachments.some(({ reason }) => reason === 'gone'),
    older_messages: (messages?.omitted ?? 0) > before,
  };
  return (Object.keys(gaps) as TurnGap[]).filter((gap) => gaps[gap]);
}

export const parseDraft = ({ config, tools }: { config: unknown; tools: unknown }): Draft => ({
  config: parseConfig(config as Parameters<typeof parseConfig>[0]),
  tools: tools as Draft['tools'],
});
