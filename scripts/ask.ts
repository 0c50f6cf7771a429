import { parseJsonEventStream, type UIMessageChunk, uiMessageChunkSchema } from 'ai';
import type { Client } from './client.ts';

/** A citation of a file. */
export interface Citation {
  readonly file_name: string;
  readonly page: number | null;
  readonly quote: string;
}

export interface Run {
  readonly id: string;
  readonly status: string;
  readonly error: { readonly code: string; readonly detail: string } | null;
  readonly confidence: number | null;
  readonly coverage: string | null;
  readonly usage: {
    readonly input_tokens: number | null;
    readonly output_tokens: number | null;
    readonly cost_usd: number | null;
  };
  readonly first_token_ms: number | null;
  readonly latency_ms: number | null;
}

export interface Answer {
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly run: Run;
}

export interface Question {
  readonly session_id: string;
  readonly message: string;
  readonly signal: AbortSignal;
  /** Receives every part of the stream as it arrives: text, steps, tool calls and their results. */
  readonly onChunk: (chunk: UIMessageChunk) => void;
}

/**
 * Sends a message to a session and reads the streamed answer with the AI SDK's parser. Throws if the
 * stream breaks off, reports an error, or ends without a run.
 */
export async function ask(
  client: Client,
  { session_id, message, signal, onChunk }: Question,
): Promise<Answer> {
  const response = await client.send('POST', `/sessions/${session_id}/messages`, {
    json: { message },
    headers: { accept: 'text/event-stream' },
    idempotencyKey: crypto.randomUUID(),
    signal,
  });
  if (response.body === null) throw new Error('The answer has no body.');
  const answer = {
    text: '',
    citations: [] as Citation[],
    run: undefined as Run | undefined,
    isFinished: false,
  };
  const chunks = parseJsonEventStream({ stream: response.body, schema: uiMessageChunkSchema });
  for await (const result of chunks) {
    if (!result.success) throw result.error;
    const chunk = result.value as UIMessageChunk;
    onChunk(chunk);
    take(answer, chunk);
  }
  const { run, isFinished, ...rest } = answer;
  if (run === undefined || !isFinished) throw new Error('The stream ended before the answer did.');
  return { ...rest, run };
}

function take(
  answer: { text: string; citations: Citation[]; run: Run | undefined; isFinished: boolean },
  chunk: UIMessageChunk,
): void {
  if (chunk.type === 'text-delta') answer.text += chunk.delta;
  if (chunk.type === 'source-document')
    answer.citations.push(chunk.providerMetadata?.agentgrid as unknown as Citation);
  if (chunk.type === 'data-run') answer.run = chunk.data as Run;
  if (chunk.type === 'finish') answer.isFinished = true;
  if (chunk.type === 'error') throw new Error(`The run failed: ${chunk.errorText}`);
}
