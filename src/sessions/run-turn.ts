import { batch } from '../db/client.ts';
import { type Hit, searchKnowledge } from '../knowledge/index.ts';
import { type Passage, streamStep, writePassages } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import { contentWords } from '../shared/words.ts';
import { CitationFilter, type Source } from './citations.ts';
import { endTurn, failTurn } from './end-turn.ts';
import type { TurnEvent } from './events.ts';
import { fillVariables } from './instructions.ts';
import type { Progress } from './progress.ts';
import { leaseFor, type Turn } from './start-turn.ts';
import { type RunStepRow, renewRun } from './store.ts';

/**
 * Answers: retrieves, calls the model, stores, in that order. Never throws and always ends with one
 * terminal event; it goes on whether or not anybody still listens, as long as it is iterated.
 */
export async function* runTurn(ctx: Ctx, turn: Turn): AsyncGenerator<TurnEvent, void> {
  const progress: Progress = {
    text: '',
    sources: [],
    confidence: null,
    coverage: null,
    finish_reason: 'stop',
    model: null,
    steps: [],
    usage: [],
  };
  const { message_id, user_message_id, version } = turn;
  const heartbeat = setInterval(() => ctx.defer(batch(ctx.db, renewRun(ctx.db, turn.run, ctx.now() + leaseFor))), leaseFor / 3);
  try {
    yield { type: 'started', run_id: turn.run.id, message_id, user_message_id, version };
    if (turn.config.knowledge.base_ids.length > 0) yield await retrieve(ctx, turn, progress);
    if (mayAnswer(turn, progress)) yield* answer(ctx, turn, progress);
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

/** An agent that answers only from its documents says so when they hold nothing, without paying a model. */
const mayAnswer = ({ config }: Turn, { sources }: Progress): boolean =>
  sources.length > 0 || config.knowledge.base_ids.length === 0 || config.knowledge.scope !== 'only';

async function retrieve(ctx: Ctx, turn: Turn, progress: Progress): Promise<TurnEvent> {
  const started_at = ctx.now();
  const { base_ids, mode, top_k, min_score, reranker } = turn.config.knowledge;
  const found = await searchKnowledge(
    ctx,
    { base_ids, query: searchText(turn), mode, top_k, min_score, reranker, filter: {} },
    { ...attribution(turn), call_key: `${turn.run.id}:0:0` },
  );
  const latency_ms = ctx.now() - started_at;
  ctx.meter.retrieval_ms += latency_ms;
  progress.sources = found.coverage === 'none' ? [] : found.hits.map(toSource);
  progress.confidence = found.confidence;
  progress.coverage = found.coverage;
  progress.usage.push(...found.usage);
  const hits = found.hits.map(({ chunk_id, score }) => ({ chunk_id, score }));
  const output = { hits, confidence: found.confidence, coverage: found.coverage };
  progress.steps.push(step(ctx, turn, progress, { type: 'retrieval', name: mode, output, started_at, latency_ms }));
  return { type: 'retrieved', hits: progress.sources.length, confidence: found.confidence, latency_ms };
}

async function* answer(ctx: Ctx, turn: Turn, progress: Progress): AsyncGenerator<TurnEvent, void> {
  const started_at = ctx.now();
  const filter = new CitationFilter(progress.sources);
  const emit = (delta: string): TurnEvent[] => {
    progress.text += delta;
    return delta === '' ? [] : [{ type: 'text', delta }];
  };
  const stream = streamStep(ctx, {
    ...attribution(turn),
    models: [turn.config.model, ...turn.config.fallback_models],
    operation: 'answer',
    call_key: `${turn.run.id}:${progress.steps.length}`,
    options: callOptions(turn, progress.sources),
    signal: AbortSignal.timeout(turn.config.limits.seconds * 1000),
  });
  let next = await stream.next();
  for (; next.done !== true; next = await stream.next()) {
    if (next.value.type === 'text') yield* emit(filter.push(next.value.delta));
  }
  yield* emit(filter.end());
  const result = next.value;
  progress.model = result;
  progress.usage.push(...result.usage);
  progress.finish_reason = result.finish_reason;
  const { latency_ms, cost_nano_usd, tokens, finish_reason, failure } = result;
  const row = {
    type: 'model',
    name: result.model,
    output: { finish_reason, ...tokens },
    started_at,
    latency_ms,
    cost_nano_usd,
  } as const;
  progress.steps.push({ ...step(ctx, turn, progress, row), error: failure?.message ?? null });
  if (failure !== null) throw failure;
}

function callOptions({ config, session, history, question }: Turn, sources: readonly Source[]) {
  const instructions = fillVariables(config, session.inputs);
  const passages: Passage[] = sources.map(({ number, file_name, page, text }) => ({ number, name: file_name, page, text }));
  const asked = passages.length === 0 ? question : writePassages(passages, question);
  const { settings } = config;
  return {
    prompt: [
      ...(instructions === '' ? [] : [{ role: 'system' as const, content: instructions }]),
      ...history.map(({ role, text }) => ({ role, content: [{ type: 'text' as const, text }] })),
      { role: 'user' as const, content: [{ type: 'text' as const, text: asked }] },
    ],
    ...(settings.temperature === null ? {} : { temperature: settings.temperature }),
    ...(settings.top_p === null ? {} : { topP: settings.top_p }),
    ...(settings.max_output_tokens === null ? {} : { maxOutputTokens: settings.max_output_tokens }),
    ...(settings.stop.length === 0 ? {} : { stopSequences: settings.stop }),
    ...(settings.reasoning_effort === null ? {} : { reasoning: settings.reasoning_effort }),
  };
}

/** A short follow-up is searched for together with the question before it, where its subject is. */
function searchText({ question, history }: Turn): string {
  if (contentWords(question).length > 3) return question;
  const before = history.findLast((message) => message.role === 'user')?.text ?? '';
  return before === '' ? question : `${question}\n${before}`;
}

const attribution = ({ run, session }: Turn) => ({
  agent_id: run.agent_id,
  version_id: run.version_id,
  session_id: session.id,
  run_id: run.id,
  end_user_id: session.end_user_id,
});

const toSource = (hit: Hit, index: number): Source => ({
  number: index + 1,
  file_id: hit.file_id,
  file_name: hit.file_name,
  chunk_id: hit.chunk_id,
  page: hit.page,
  start: hit.start,
  text: hit.text,
});

const step = (
  ctx: Ctx,
  turn: Turn,
  progress: Progress,
  of: Pick<RunStepRow, 'type' | 'name' | 'output' | 'started_at' | 'latency_ms'> & { cost_nano_usd?: number | null },
): RunStepRow => ({
  id: ctx.newId('step'),
  workspace_id: ctx.workspace_id,
  run_id: turn.run.id,
  ordinal: progress.steps.length,
  input: null,
  error: null,
  cost_nano_usd: null,
  ...of,
});
