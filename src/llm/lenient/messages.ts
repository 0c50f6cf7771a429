import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError } from './reported-error.ts';
import { normalizeUsage, objectOrNone, toText, withChanges } from './values.ts';

const knownBlocks = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'server_tool_use',
  'mcp_tool_use',
  'mcp_tool_result',
  'compaction',
  'fallback',
  'web_fetch_tool_result',
  'web_search_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'advisor_tool_result',
]);
const knownDeltas = new Set([
  'input_json_delta',
  'text_delta',
  'thinking_delta',
  'signature_delta',
  'compaction_delta',
  'citations_delta',
]);
const knownCitations = new Set([
  'char_location',
  'page_location',
  'content_block_location',
  'web_search_result_location',
  'search_result_location',
]);

/**
 * Corrects streams of Anthropic's Messages API. Its versioning policy adds events, content blocks and
 * deltas at any time, and requires clients to ignore unknown ones (https://docs.anthropic.com/en/api/versioning).
 */
export class MessagesDialect implements Dialect {
  readonly has_event_names = true;
  readonly #ignored = new Set<unknown>();
  /** Index of the last block that began, for events without an index. */
  #index = -1;
  #hasStopReason = false;
  #hasContent = false;
  #hasToolUse = false;
  #hasStopped = false;

  normalize(data: Data): readonly Data[] {
    const error = errorIn(data);
    if (error !== undefined) throw new ReportedError(error);
    switch (data.type) {
      case 'message_start':
        return [
          withChanges(data, {
            message: normalizeMessage(isData(data.message) ? data.message : {}),
          }),
        ];
      case 'content_block_start':
        return this.#startBlock(data);
      case 'content_block_delta': {
        if (!isData(data.delta) || !isKnownDelta(data.delta)) return [];
        return this.#ignored.has(this.#indexOf(data))
          ? []
          : [withChanges(data, { index: this.#indexOf(data) })];
      }
      case 'content_block_stop':
        return this.#ignored.delete(this.#indexOf(data))
          ? []
          : [withChanges(data, { index: this.#indexOf(data) })];
      case 'message_delta':
        return [this.#normalizeDelta(data)];
      case 'message_stop':
        this.#hasStopped = true;
        return [...this.#stopReason(), data];
      case 'ping':
        return [data];
      default:
        return [];
    }
  }

  atEnd(): readonly Data[] {
    return this.#hasStopped ? [] : this.#stopReason();
  }

  errorEvent(message: string): Data {
    return { type: 'error', error: { type: 'api_error', message } };
  }

  fromWhole(data: Data): readonly Data[] {
    const error = errorIn(data);
    if (error !== undefined) throw new ReportedError(error);
    const { content, stop_reason = null, stop_sequence = null, usage, ...message } = data;
    if (!Array.isArray(content)) return [];
    const events: Data[] = [
      { type: 'message_start', message: { ...message, usage } },
      ...content.filter(isData).flatMap((block, index) => eventsOf(block, index)),
      { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage },
      { type: 'message_stop' },
    ];
    return events.flatMap((event) => this.normalize(event));
  }

  #indexOf({ index }: Data): number {
    return typeof index === 'number' ? index : this.#index;
  }

  #startBlock(data: Data): readonly Data[] {
    const block = isData(data.content_block) ? data.content_block : {};
    const index = typeof data.index === 'number' ? data.index : this.#index + 1;
    this.#index = index;
    if (!knownBlocks.has(block.type as string)) {
      this.#ignored.add(index);
      return [];
    }
    this.#hasContent = true;
    if (block.type === 'tool_use') this.#hasToolUse = true;
    const begin = (empty: Data) =>
      withChanges(data, {
        index,
        content_block: withChanges(block, { ...empty, id: toText(block.id) }),
      });
    const begun = begin(
      block.type === 'text' ? { text: '' } : block.type === 'thinking' ? { thinking: '' } : {},
    );
    // Packages ignore text in the start event, so it is sent as a delta.
    const text = block.type === 'text' ? block.text : block.thinking;
    if (
      !['text', 'thinking'].includes(block.type as string) ||
      typeof text !== 'string' ||
      text === ''
    )
      return [begun];
    const delta =
      block.type === 'text'
        ? { type: 'text_delta', text }
        : { type: 'thinking_delta', thinking: text };
    return [begun, { type: 'content_block_delta', index, delta }];
  }

  #normalizeDelta(data: Data): Data {
    const delta = isData(data.delta) ? data.delta : {};
    if (typeof delta.stop_reason === 'string' && delta.stop_reason !== '')
      this.#hasStopReason = true;
    const usage = normalizeUsage(data.usage);
    const counted =
      isData(usage) && typeof usage.output_tokens === 'number'
        ? usage
        : { ...(isData(usage) ? usage : {}), output_tokens: 0 };
    return withChanges(data, {
      delta: withoutOdd(delta),
      usage: counted,
      context_management: objectOrNone(data.context_management),
    });
  }

  #stopReason(): readonly Data[] {
    if (this.#hasStopReason || !this.#hasContent) return [];
    this.#hasStopReason = true;
    // Counts of earlier events are kept.
    return [
      {
        type: 'message_delta',
        delta: { stop_reason: this.#hasToolUse ? 'tool_use' : 'end_turn' },
        usage: { output_tokens: 0 },
      },
    ];
  }
}

const isKnownDelta = ({ type, citation }: Data): boolean =>
  knownDeltas.has(type as string) &&
  (type !== 'citations_delta' || (isData(citation) && knownCitations.has(citation.type as string)));

function normalizeMessage(message: Data): Data {
  const usage = normalizeUsage(message.usage);
  const counts = isData(usage) ? usage : {};
  const content = Array.isArray(message.content)
    ? message.content.filter((part) => isData(part) && part.type === 'tool_use')
    : null;
  return withChanges(withoutOdd(message), {
    id: toText(message.id),
    model: toText(message.model),
    content:
      content === null || content.length === (message.content as unknown[]).length
        ? message.content
        : content,
    usage: typeof counts.input_tokens === 'number' ? counts : { ...counts, input_tokens: 0 },
  });
}

/** Removes `container` and `context_management` when their form is invalid. */
const withoutOdd = (value: Data): Data =>
  withChanges(value, {
    container:
      isData(value.container) && typeof value.container.id !== 'string'
        ? undefined
        : objectOrNone(value.container),
    context_management: objectOrNone(value.context_management),
  });

/** Returns the events that stream a whole block. */
function eventsOf(block: Data, index: number): Data[] {
  const start = (content_block: Data): Data => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const delta = (value: Data): Data => ({ type: 'content_block_delta', index, delta: value });
  const stop: Data = { type: 'content_block_stop', index };
  const { type, text, thinking, signature, input } = block;
  if (type === 'text')
    return [start({ type, text: '' }), delta({ type: 'text_delta', text: text ?? '' }), stop];
  if (type === 'thinking') {
    const signed =
      typeof signature === 'string' ? [delta({ type: 'signature_delta', signature })] : [];
    return [
      start({ type, thinking: '' }),
      delta({ type: 'thinking_delta', thinking: thinking ?? '' }),
      ...signed,
      stop,
    ];
  }
  if (type !== 'tool_use') return [start(block), stop];
  const partial_json = JSON.stringify(input ?? {});
  return [start({ ...block, input: {} }), delta({ type: 'input_json_delta', partial_json }), stop];
}
