import type { Message, Run } from '../../runs/index.ts';
import type { FailureCode } from '../../shared/failure.ts';
import { citedIn, clientCallsOf } from './answer.ts';
import { usageOf } from './completion.ts';
import { extrasOf } from './extras.ts';
import { createdAt, toCallItemId, toMessageItemId, toResponseId } from './ids.ts';
import type {
  OpenAiResponse,
  OutputCall,
  OutputMessage,
  ResponseAnnotation,
  ResponseEcho,
} from './response-object-schema.ts';
import { approvalsOf, firstPart, offsetOf, type Part } from './response-part.ts';

type Output = OpenAiResponse['output'];

/** Returns a response that is queued or in progress. */
export const unfinishedResponse = (
  run_id: string,
  echo: ResponseEcho,
  status: 'queued' | 'in_progress' = 'in_progress',
  { index }: Part = firstPart,
): OpenAiResponse => ({
  ...echo,
  id: toResponseId(run_id, index),
  previous_response_id: index === 0 ? echo.previous_response_id : toResponseId(run_id, index - 1),
  object: 'response',
  access_programs: null,
  created_at: createdAt(run_id),
  completed_at: null,
  status,
  error: null,
  incomplete_details: null,
  output: [],
  usage: null,
});

/** Returns the response of a run that ended with an answer, or of a part of it that ends with approvals to give. */
export function finishedResponse(
  message: Message,
  echo: ResponseEcho,
  part: Part = firstPart,
  output: Output = outputOf(message, part),
): OpenAiResponse {
  const { run, run_id } = message;
  return {
    ...unfinishedResponse(run_id ?? '', echo, 'in_progress', part),
    ...outcomeOf(run),
    completed_at: endedAt(run),
    output,
    usage: toUsage(message, part),
    ...(run === null ? {} : { agentgrid: extrasOf(run) }),
  };
}

/** Returns the response of a run that failed or was cancelled, with the partial output. */
export function failedResponse(
  run: Run,
  error: { code: FailureCode; detail: string },
  echo: ResponseEcho,
  output: Output,
  part: Part = firstPart,
): OpenAiResponse {
  const isCancelled = run.status === 'cancelled';
  return {
    ...unfinishedResponse(run.id, echo, 'in_progress', part),
    status: isCancelled ? 'cancelled' : 'failed',
    error: isCancelled
      ? null
      : {
          code: error.code === 'rate_limited' ? 'rate_limit_exceeded' : 'server_error',
          message: error.detail,
        },
    completed_at: endedAt(run),
    output,
    usage: toUsage({ run }, part),
    agentgrid: extrasOf(run),
  };
}

function outcomeOf(run: Run | null): Pick<OpenAiResponse, 'status' | 'incomplete_details'> {
  if (run?.status === 'cancelled') return { status: 'cancelled', incomplete_details: null };
  const reason = run?.status === 'limit_exceeded' ? 'limit_exceeded' : run?.finish_reason;
  // OpenAI's API has only these reasons; the extras have the exact reason of the run.
  if (reason === 'length' || reason === 'limit_exceeded')
    return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
  if (reason === 'content-filter')
    return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
  return { status: 'completed', incomplete_details: null };
}

const endedAt = (run: Run | null): number | null =>
  run?.ended_at == null ? null : Math.floor(Date.parse(run.ended_at) / 1000);

/** Returns the output items of an answer: its text, then its client tool calls, then the calls that wait for approval. */
export function outputOf(message: Message, part: Part = firstPart): Output {
  const calls = clientCallsOf(message).map(({ id, name, arguments: text }, index) =>
    toCall(toCallItemId(message.id, index), { call_id: id, name, text }, 'completed'),
  );
  const others = [...calls, ...approvalsOf(message.run)];
  const own = toOutputMessage(message, 'completed', part);
  return own.content[0]?.text === '' && others.length > 0 ? others : [own, ...others];
}

/** Returns the text that a part adds to an answer, with its citations. */
export function toOutputMessage(
  message: Pick<Message, 'id' | 'text' | 'citations' | 'parts'>,
  status: OutputMessage['status'],
  part: Part = firstPart,
): OutputMessage {
  const offset = offsetOf(message, part);
  const annotations = annotationsOf(message, offset);
  return {
    type: 'message',
    id: toMessageItemId(message.id, part.index),
    status,
    role: 'assistant',
    content: [{ type: 'output_text', text: message.text.slice(offset), annotations, logprobs: [] }],
  };
}

export const toCall = (
  id: string,
  {
    call_id,
    name,
    text,
  }: { readonly call_id: string; readonly name: string; readonly text: string },
  status: OutputCall['status'],
): OutputCall => ({
  type: 'function_call',
  id,
  status,
  call_id,
  name,
  arguments: text,
});

/** Returns the citations of the text from an offset on, and the files that code has written. */
function annotationsOf(
  message: Pick<Message, 'text' | 'citations' | 'parts'>,
  offset: number,
): ResponseAnnotation[] {
  const cited = citedIn(message).flatMap(
    ({ citation, marker, index: at }): ResponseAnnotation[] => {
      const index = at - offset;
      if (index < 0) return [];
      if (citation.type === 'url') {
        const { url, title, quote } = citation;
        const place = { start_index: index, end_index: index + marker.length };
        return [{ type: 'url_citation', url, title, ...place, quote }];
      }
      const { file_id, file_name: filename, page, quote, revision, page_size, boxes } = citation;
      return [
        {
          ...{ type: 'file_citation', file_id, filename, index, page },
          ...{ quote, revision, page_size, boxes },
        },
      ];
    },
  );
  const written = message.parts.flatMap((part): ResponseAnnotation[] =>
    part.type === 'file' ? [fileAnnotation(part, message.text.length - offset)] : [],
  );
  return [...cited, ...written];
}

const fileAnnotation = (
  { id, execution_id, name, url }: Extract<Message['parts'][number], { type: 'file' }>,
  index: number,
): ResponseAnnotation => ({
  type: 'container_file_citation',
  container_id: execution_id,
  file_id: id,
  filename: name,
  start_index: index,
  end_index: index,
  url,
});

/** Returns the usage of a part: that of the run without that of the parts before. */
function toUsage(message: Pick<Message, 'run'>, { before }: Part): OpenAiResponse['usage'] {
  const usage = usageOf(message);
  if (usage === null) return null;
  const earlier = before === null ? null : usageOf(before);
  const input_tokens = usage.prompt_tokens - (earlier?.prompt_tokens ?? 0);
  const output_tokens = usage.completion_tokens - (earlier?.completion_tokens ?? 0);
  const cachedIn = (one: typeof usage | null) => one?.prompt_tokens_details?.cached_tokens ?? 0;
  const reasoningIn = (one: typeof usage | null) =>
    one?.completion_tokens_details?.reasoning_tokens ?? 0;
  return {
    input_tokens,
    // Caches are never written explicitly, so that cache writes count as other input.
    input_tokens_details: {
      cached_tokens: cachedIn(usage) - cachedIn(earlier),
      cache_write_tokens: 0,
    },
    output_tokens,
    output_tokens_details: { reasoning_tokens: reasoningIn(usage) - reasoningIn(earlier) },
    total_tokens: input_tokens + output_tokens,
  };
}
