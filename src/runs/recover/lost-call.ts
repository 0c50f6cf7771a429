import { batch, type Statement } from '../../db/client.ts';
import { type LostCall, settleLost } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { selectSummary } from '../../sessions/background/summary-store.ts';
import {
  type MessageRow,
  type RunRow,
  selectSessionOfRun,
  selectVersionOfRun,
} from '../../sessions/store.ts';
import { readPath, toTurnVersion } from '../../sessions/turn/memory.ts';
import { isId } from '../../shared/id.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { type Tokens, unknownTokens } from '../../usage/index.ts';
import { isSpeech, type TurnEvent } from '../events.ts';
import { tokensOf } from '../prompt/history.ts';
import { contextOfTurn } from '../prompt/run-context.ts';

/** Tokens that a passage is taken for whose text is not known any more. */
const perPassage = 300;
/** And a tool with its schema. */
const perTool = 150;

/**
 * What the model call of a run whose host died has cost, as far as it can be told: counted from what was
 * to be sent and what had come. Where nothing had come nobody knows. What was held for the run is settled.
 */
export async function settleLostCall(
  ctx: Ctx,
  run: RunRow,
  asked: MessageRow | undefined,
  events: readonly TurnEvent[],
): Promise<Statement[]> {
  const at = events.findLastIndex(({ type }) => type === 'round');
  const round = events[at];
  const lost =
    round?.type === 'round'
      ? await lostCall(ctx, run, asked, round.ordinal, events.slice(0, at), events.slice(at + 1))
      : null;
  return settleLost(ctx, run.id, lost);
}

async function lostCall(
  ctx: Ctx,
  run: RunRow,
  asked: MessageRow | undefined,
  ordinal: number,
  before: readonly TurnEvent[],
  said: readonly TurnEvent[],
): Promise<LostCall | null> {
  const { workspace_id, agent_id, version_id, session_id, id: run_id } = run;
  const [[session], [version], [summary = null]] = await batch(ctx.db, [
    selectSessionOfRun(ctx.db, workspace_id, run_id),
    selectVersionOfRun(ctx.db, run_id, null),
    selectSummary(ctx.db, workspace_id, session_id ?? ''),
  ]);
  if (session === undefined || version === undefined) return null;
  const { config, tools } = toTurnVersion(version);
  const hasBegun = said.some(isSpeech);
  const count = async (): Promise<Tokens> => {
    const history =
      asked?.parent_id == null
        ? []
        : await readPath(ctx, session.id, asked.parent_id, toTurnVersion(version));
    const hits = before.reduce(
      (sum, event) => sum + (event.type === 'retrieved' ? event.hits : 0),
      0,
    );
    const attachments = (asked?.attachments ?? []).reduce(
      (sum, { tokens }) => sum + (tokens ?? 0),
      0,
    );
    const { tokens, summary: told } = contextOfTurn(
      { config, session, history, summary, question: '' },
      [],
      {
        tokens: attachments,
      },
    ).context;
    const question = asked === undefined ? 0 : tokensOf(asked);
    const sent =
      tokens.instructions + tokens.attachments + tokens.history + (told?.tokens ?? 0) + question;
    const input_tokens =
      sent + hits * perPassage + tools.length * perTool + estimateTokens(wordsOf(before));
    return { ...unknownTokens, input_tokens, output_tokens: estimateTokens(wordsOf(said)) };
  };
  return {
    ...{ agent_id, version_id, run_id, end_user_id: session.end_user_id },
    session_id: session.kind === 'one_shot' ? null : session.id,
    api_key_id: run.created_by !== null && isId('key', run.created_by) ? run.created_by : null,
    call_key: `${run_id}:${ordinal}`,
    model: config.model,
    operation: run.is_preview ? 'preview' : 'answer',
    tokens: hasBegun ? await count() : unknownTokens,
    is_estimated: hasBegun,
    latency_ms: Math.max(0, Math.min(ctx.now(), run.lease_until) - run.created_at),
  };
}

/** What the model had said and was told by its tools. */
const wordsOf = (events: readonly TurnEvent[]): string =>
  events
    .map((event) => {
      if ('delta' in event) return event.type === 'tool-input-delta' ? '' : event.delta;
      if (event.type === 'tool-call') return JSON.stringify(event.input);
      if (event.type === 'tool-output') return JSON.stringify(event.output);
      return event.type === 'tool-error' ? event.error : '';
    })
    .join('');
