import type { Message, Run } from '../../runs/index.ts';
import type { FailureCode } from '../../shared/failure.ts';
import { citedIn, clientCallsOf } from './answer.ts';
import { usageOf } from './completion.ts';
import { extrasOf } from './extras.ts';
import { createdAt, toCallItemId, toResponseId } from './ids.ts';
import type {
  OpenAiResponse,
  OutputCall,
  OutputMessage,
  ResponseAnnotation,
  ResponseEcho,
} from './response-object-schema.ts';

type Output = OpenAiResponse['output'];

/** Returns a response that is queued or in progress. */
export const unfinishedResponse = (
  run_id: string,
  echo: ResponseEcho,
  status: 'queued' | 'in_progress' = 'in_progress',
): OpenAiResponse => ({
  ...echo,
  id: toResponseId(run_id),
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

/** Returns the response of a run that ended with an answer. */
export function finishedResponse(
  message: Message,
  echo: ResponseEcho,
  output: Output = outputOf(message),
): OpenAiResponse {
  const { run, run_id } = message;
  return {
    ...unfinishedResponse(run_id, echo),
    ...outcomeOf(run),
    completed_at: endedAt(run),
    output,
    usage: toUsage(message),
    ...(run === null ? {} : { agentgrid: extrasOf(run) }),
  };
}

/** Returns the response of a run that failed or was cancelled, with the partial output. */
export function failedResponse(
  run: Run,
  error: { code: FailureCode; detail: string },
  echo: ResponseEcho,
  output: Output,
): OpenAiResponse {
  const isCancelled = run.status === 'cancelled';
  return {
    ...unfinishedResponse(run.id, echo),
    status: isCancelled ? 'cancelled' : 'failed',
    error: isCancelled
      ? null
      : {
          code: error.code === 'rate_limited' ? 'rate_limit_exceeded' : 'server_error',
          message: error.detail,
        },
    completed_at: endedAt(run),
    output,
    usage: toUsage({ run }),
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

/** Returns the output items of an answer: its text, then its client tool calls. */
export function outputOf(message: Message): Output {
  const calls = clientCallsOf(message).map(({ id, name, arguments: text }, index) =>
    toCall(toCallItemId(message.id, index), { call_id: id, name, text }, 'completed'),
  );
  return message.text === '' && calls.length > 0
    ? calls
    : [toOutputMessage(message, 'completed'), ...calls];
}

export const toOutputMessage = (
  { id, text, citations, parts }: Pick<Message, 'id' | 'text' | 'citations' | 'parts'>,
  status: OutputMessage['status'],
): OutputMessage => ({
  type: 'message',
  id,
  status,
  role: 'assistant',
  content: [
    {
      type: 'output_text',
      text,
      annotations: annotationsOf({ text, citations, parts }),
      logprobs: [],
    },
  ],
});

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

const annotationsOf = (
  message: Pick<Message, 'text' | 'citations' | 'parts'>,
): ResponseAnnotation[] => [
  ...citedIn(message).map(
    ({ citation, index }): ResponseAnnotation => ({
      type: 'file_citation',
      file_id: citation.file_id,
      filename: citation.file_name,
      index,
      page: citation.page,
      quote: citation.quote,
      revision: citation.revision,
      page_size: citation.page_size,
      boxes: citation.boxes,
    }),
  ),
  ...message.parts.flatMap((part): ResponseAnnotation[] =>
    part.type === 'file' ? [fileAnnotation(part, message.text.length)] : [],
  ),
];

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

function toUsage(message: Pick<Message, 'run'>): OpenAiResponse['usage'] {
  const usage = usageOf(message);
  if (usage === null) return null;
  return {
    input_tokens: usage.prompt_tokens,
    // Caches are never written explicitly, so that cache writes count as other input.
    input_tokens_details: {
      cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
      cache_write_tokens: 0,
    },
    output_tokens: usage.completion_tokens,
    output_tokens_details: {
      reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    },
    total_tokens: usage.total_tokens,
  };
}
