import type { ReplayedCall, TurnGap } from '../../db/schema/replays.ts';
import type { Ctx } from '../../platform/context.ts';
import { mayReadMessages } from '../../runs/index.ts';
import { toWireUsd } from '../../shared/money.ts';
import { type Page, readPage } from '../../shared/page.ts';

import { type ListedTurn, type ReplayRow, selectTurns } from './store.ts';
import { compareTexts } from './text-diff.ts';
import type { ReplayTurn, TurnsQuery } from './turn-schema.ts';

/** Lists the turns of a replay beside their originals. The caller has checked access to it. */
export const listTurnsOf = (
  ctx: Ctx,
  { id }: ReplayRow,
  { limit, cursor, filter }: TurnsQuery,
): Promise<Page<ReplayTurn>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `replay-turns:${id}`,
      filters: { filter },
    },
    { limit, cursor },
    async (after, count) => selectTurns(ctx.db, ctx.workspace_id, id, filter, after, count),
    ({ source_run_id }) => source_run_id,
    (row) => toTurn(row, mayReadMessages(ctx)),
  );

const listOf = <Item>(json: string | null): Item[] => (json === null ? [] : JSON.parse(json));

function toTurn(row: ListedTurn, hasTexts: boolean): ReplayTurn {
  const isDone = row.state === 'done';
  const shown = <Value>(value: Value): Value | null => (hasTexts ? value : null);
  const cited = (json: string | null) => (hasTexts ? listOf<Record<string, unknown>>(json) : []);
  const { answer, original_answer: original } = row;
  return {
    source_run_id: row.source_run_id,
    session_id: row.source_session_id,
    message_id: row.message_id,
    state: row.state,
    question: shown(row.question),
    original: {
      version_id: row.version_id,
      status: row.original_status,
      answer: shown(original),
      citations: cited(row.original_citations),
      tools: listOf<string>(row.original_tools),
      latency_ms: row.original_latency_ms,
      cost_usd: toWireUsd(row.original_cost_nano_usd),
      confidence: row.original_confidence,
      coverage: row.original_coverage,
    },
    replay: {
      run_id: row.run_id,
      status: row.status,
      answer: shown(answer),
      citations: cited(row.citations),
      tools: listOf<ReplayedCall>(row.tools),
      latency_ms: row.latency_ms,
      first_token_ms: row.first_token_ms,
      cost_usd: toWireUsd(row.cost_nano_usd),
      confidence: row.confidence,
      coverage: row.coverage,
      error:
        row.error_code === null ? null : { code: row.error_code, detail: shown(row.error_detail) },
    },
    misses: row.miss_count,
    gaps: listOf<TurnGap>(row.gaps),
    is_changed: toFlag(row.is_changed),
    is_worse: toFlag(row.is_worse),
    preference: row.preference,
    preference_reason: shown(row.preference_reason),
    diff:
      hasTexts && isDone && answer !== null && original !== null && answer !== original
        ? compareTexts(original, answer)
        : null,
  };
}

const toFlag = (value: number | null): boolean | null => (value === null ? null : value === 1);
