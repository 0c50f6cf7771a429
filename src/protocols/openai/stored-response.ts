import type { Ctx } from '../../platform/context.ts';
import { type RunResult, readResult, type StreamRequest } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { unknownResponse } from './errors.ts';
import { readResponseId } from './ids.ts';
import {
  failedResponse,
  finishedResponse,
  toOutputMessage,
  unfinishedResponse,
} from './response.ts';
import { type OpenAiResponse, type ResponseEcho, ResponseId } from './response-object-schema.ts';
import { partAt } from './response-part.ts';
import { type ResponsesStreamOptions, responsesStream } from './responses-stream.ts';

/** The run of a response, with its part. */
export interface FoundResponse extends RunResult {
  readonly echo: ResponseEcho;
  /** The number of the part that the response shows. */
  readonly index: number;
  /** A later response continues the run, or the run waits at the end of this one. */
  readonly isSuspended: boolean;
}

/** Returns the run of a response. Throws `not_found` for an unknown response or one with `store: false`. */
export async function findResponse(ctx: Ctx, id: string): Promise<FoundResponse> {
  if (!ResponseId.safeParse(id).success) throw unknownResponse();
  const { run_id, part: index } = readResponseId(id);
  const outcome = await readResult(ctx, run_id).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'not_found' ? unknownResponse() : error;
  });
  const { row, waits } = outcome;
  const echo = row.metadata?.openai as ResponseEcho | undefined;
  const last = waits?.resumed ?? Object.keys(row.answered_actions ?? {}).length;
  if (echo === undefined || !echo.store || index > last) throw unknownResponse();
  const isWaiting = row.status === 'requires_action';
  const isSuspended = waits !== null && (index < waits.resumed || isWaiting);
  return { ...outcome, echo, index, isSuspended };
}

/** Returns the current state of a response. One that ends with approvals to give stays as it is. */
export async function getResponse(ctx: Ctx, id: string): Promise<OpenAiResponse> {
  const { row, terminal, answer, echo, waits, index, isSuspended } = await findResponse(ctx, id);
  const part = partAt(waits, index);
  const end = isSuspended ? waits?.messages[index] : undefined;
  if (end !== undefined) return finishedResponse(end, echo, part);
  if (terminal === null) {
    const status = row.status === 'queued' ? 'queued' : 'in_progress';
    return unfinishedResponse(row.id, echo, status, part);
  }
  if (terminal.type === 'finish') return finishedResponse(terminal.message, echo, part);
  const output = answer === null ? [] : [toOutputMessage(answer, 'incomplete', part)];
  return failedResponse(terminal.run, terminal, echo, output, part);
}

export function streamFor(echo: ResponseEcho, part = 0): StreamRequest {
  const tools = (echo.tools as readonly { readonly name: string }[]).map(({ name }) => name);
  const options: ResponsesStreamOptions = { echo, tools, part };
  return { protocol: responsesStream, options };
}
