import type { Message } from '../../runs/index.ts';
import { citedIn, clientCallsOf } from './answer.ts';
import type { ChatAnnotation, ChatCompletion, CompletionUsage } from './chat-schema.ts';
import { chatExtrasOf } from './extras.ts';
import { createdAt, toCompletionId } from './ids.ts';

type Choice = ChatCompletion['choices'][number];

/** Returns the fields that a completion and its chunks have in common. */
export const completionHeader = (run_id: string, model: string, version_id: string) => ({
  id: toCompletionId(run_id),
  created: createdAt(run_id),
  model,
  system_fingerprint: version_id,
});

/** Returns a stored answer as a chat completion. */
export function toCompletion(message: Message, model: string, origin: string): ChatCompletion {
  const { run, run_id, text } = message;
  const calls = clientCallsOf(message);
  const usage = usageOf(message);
  return {
    ...completionHeader(run_id ?? '', model, run?.version_id ?? ''),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          refusal: null,
          annotations: annotationsOf(message, origin),
          ...(calls.length === 0
            ? {}
            : {
                tool_calls: calls.map(({ id, ...call }) => ({
                  id,
                  type: 'function' as const,
                  function: call,
                })),
              }),
        },
        logprobs: null,
        finish_reason: finishOf(message),
      },
    ],
    ...(usage === null ? {} : { usage }),
    ...(run === null ? {} : { agentgrid: chatExtrasOf(message, run) }),
  };
}

/**
 * Returns citations as `url_citation` annotations, the only form in Chat Completions. `origin` is
 * the origin of this server.
 */
export const annotationsOf = (
  message: Pick<Message, 'text' | 'citations'>,
  origin: string,
): ChatAnnotation[] =>
  citedIn(message).map(({ citation, marker, index }) => ({
    type: 'url_citation',
    url_citation: {
      url:
        citation.type === 'url'
          ? citation.url
          : `${origin}/api/v1/files/${citation.file_id}/content`,
      title: titleOf(citation),
      start_index: index,
      end_index: index + marker.length,
    },
  }));

/** The name of a file with the page, or the title of a web page. */
function titleOf(citation: Message['citations'][number]): string {
  if (citation.type === 'url') return citation.title;
  const { file_name, page } = citation;
  return page === null ? file_name : `${file_name}, page ${page}`;
}

/** Returns OpenAI's finish reason for an answer. OpenAI has fewer reasons. */
export function finishOf(message: Message): Choice['finish_reason'] {
  if (clientCallsOf(message).length > 0) return 'tool_calls';
  const reason = message.run?.finish_reason;
  if (reason === 'content-filter') return 'content_filter';
  return reason === 'length' || reason === 'limit_exceeded' ? 'length' : 'stop';
}

/** Returns the token counts of an answer; null when the provider reported none. */
export function usageOf({ run }: Pick<Message, 'run'>): CompletionUsage | null {
  const { input_tokens, output_tokens, cache_read_tokens, reasoning_tokens } = run?.usage ?? {};
  if (input_tokens == null || output_tokens == null) return null;
  return {
    prompt_tokens: input_tokens,
    completion_tokens: output_tokens,
    total_tokens: input_tokens + output_tokens,
    ...(cache_read_tokens == null
      ? {}
      : { prompt_tokens_details: { cached_tokens: cache_read_tokens } }),
    ...(reasoning_tokens == null ? {} : { completion_tokens_details: { reasoning_tokens } }),
  };
}
