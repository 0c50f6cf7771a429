import { batch } from '../../db/client.ts';
import { searchKnowledge } from '../../knowledge/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { gatherAttachments } from '../../runs/attachments/context.ts';
import type { TurnEvent } from '../../runs/events.ts';
import { Progress } from '../../runs/progress.ts';
import { searchText } from '../../runs/prompt/prompt.ts';
import { answer } from '../../runs/run-agent.ts';
import { Account } from '../../usage/index.ts';
import { renewRun } from '../store.ts';
import { endTurn, failTurn } from './end-turn.ts';
import { attributionOf, leaseFor, type Turn } from './start-turn.ts';

/**
 * Answers: retrieves, calls the model and its tools, stores, in that order. Never throws and always
 * ends with one terminal event; it goes on whether or not anybody still listens, as long as it is iterated.
 */
export async function* runTurn(given: Ctx, turn: Turn): AsyncGenerator<TurnEvent, void> {
  // Whatever asks somebody else on behalf of the turn stops with it.
  const ctx = { ...given, signal: turn.signal };
  const progress = new Progress(ctx, turn.run.id, turn.keeps_content);
  const { message_id, user, version } = turn;
  const heartbeat = setInterval(
    () => ctx.defer(batch(ctx.db, renewRun(ctx.db, turn.run, ctx.now() + leaseFor))),
    leaseFor / 3,
  );
  try {
    const { id, number } = version;
    yield {
      type: 'started',
      run_id: turn.run.id,
      message_id,
      user_message_id: user.id,
      version: { id, number },
    };
    const { question, config } = turn;
    progress.attached = await gatherAttachments(ctx, {
      files: user.attachments,
      model: config.model,
      question,
    });
    if (config.knowledge.base_ids.length > 0 && searchText(turn) !== '')
      yield* retrieve(ctx, turn, progress);
    turn.cancel.signal.throwIfAborted();
    if (turn.signal.aborted) progress.limit = 'seconds';
    else if (mayAnswer(turn, progress)) yield* answer(ctx, turn, progress);
    else {
      progress.text = turn.config.knowledge.no_answer;
      progress.finish_reason = 'no_answer';
      yield { type: 'text', delta: progress.text };
    }
    yield await endTurn(ctx, turn, progress);
  } catch (error) {
    yield await failTurn(ctx, turn, progress, error);
  } finally {
    clearInterval(heartbeat);
  }
}

/**
 * An agent that answers only from its documents says so when they hold nothing, without paying a
 * model; one with tools may still find it by them, and what the user has sent is a document, too.
 */
const mayAnswer = ({ config, overrides }: Turn, { sources, attached }: Progress): boolean =>
  sources.length > 0 ||
  attached.included.length > 0 ||
  config.knowledge.base_ids.length === 0 ||
  config.knowledge.scope !== 'only' ||
  config.tools.length > 0 ||
  (overrides.tools?.length ?? 0) > 0;

async function* retrieve(
  ctx: Ctx,
  turn: Turn,
  progress: Progress,
): AsyncGenerator<TurnEvent, void> {
  const started_at = ctx.now();
  const account = new Account(undefined, turn.account);
  const { base_ids, mode, top_k, min_score, reranker } = turn.config.knowledge;
  const found = await searchKnowledge(
    ctx,
    { base_ids, query: searchText(turn), mode, top_k, min_score, reranker, filter: {} },
    { ...attributionOf(turn), account, call_key: `${turn.run.id}:retrieval` },
  ).catch((error: unknown) => {
    // That the time is over is no fault of the search.
    if (turn.signal.aborted) return null;
    throw error;
  });
  if (found === null) return;
  const latency_ms = ctx.now() - started_at;
  ctx.meter.retrieval_ms += latency_ms;
  if (found.coverage !== 'none') progress.addSources(found.hits);
  progress.confidence = found.confidence;
  progress.coverage = found.coverage;
  progress.usage.push(...found.usage);
  const hits = found.hits.map(({ chunk_id, score }) => ({ chunk_id, score }));
  const output = { hits, confidence: found.confidence, coverage: found.coverage };
  const { cost_nano_usd } = account;
  progress.addStep({
    type: 'retrieval',
    name: mode,
    output,
    started_at,
    latency_ms,
    cost_nano_usd,
  });
  yield {
    type: 'retrieved',
    hits: progress.sources.length,
    confidence: found.confidence,
    latency_ms,
  };
}
