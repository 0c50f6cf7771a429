import { ChatCalls } from './chat-calls.ts';
import { hasCounts, normalizeChatUsage } from './chat-usage.ts';
import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError } from './reported-error.ts';
import { mapList, toNumber, toText, withChanges } from './values.ts';

/** An empty choice, since some packages expect a choice in every event. */
const noChoice: readonly Data[] = [{ index: 0, delta: {}, finish_reason: null }];

/**
 * Corrects chat completions of servers other than api.openai.com
 * (reference: https://platform.openai.com/docs/api-reference/chat-streaming).
 */
export class ChatDialect implements Dialect {
  readonly has_event_names = false;
  #hasFinished = false;
  #hasContent = false;
  /** The latest usage with counts; a later one of 0 does not replace it. */
  #usage: Data | null = null;
  #head: Data = {};
  /** The text of messages sent instead of deltas; null once there are deltas. */
  #messageText: string | null = '';
  #messages = 0;
  readonly #calls = new ChatCalls();

  normalize(data: Data): readonly Data[] {
    const error = errorIn(data);
    if (error !== undefined) throw new ReportedError(error);
    const usage = this.#readUsage(data);
    const choices = this.#normalizeChoices(data.choices);
    if (choices === null && usage === undefined) return [];
    const { x_groq } = data;
    // Groq's package reads usage from this field.
    const groq =
      isData(x_groq) || usage !== undefined
        ? withChanges(isData(x_groq) ? x_groq : {}, { usage })
        : x_groq;
    const head = {
      id: toText(data.id),
      created: toNumber(data.created),
      model: toText(data.model),
    };
    if (data.id !== undefined) this.#head = { ...head, object: 'chat.completion.chunk' };
    return [
      withChanges(data, {
        ...head,
        object:
          data.object === undefined || data.object === null ? data.object : 'chat.completion.chunk',
        system_fingerprint: toText(data.system_fingerprint),
        service_tier: toText(data.service_tier),
        // An empty `error` is not an error, but packages treat it as one.
        error: undefined,
        usage: usage ?? (data.usage === null ? null : undefined),
        x_groq: groq,
        choices: choices === null || choices.length === 0 ? noChoice : choices,
      }),
    ];
  }

  /** Usage is sent last, so it marks the end as `[DONE]` does. */
  get hasEnded(): boolean {
    return this.#usage !== null && this.#hasContent;
  }

  atEnd(): readonly Data[] {
    if (this.#hasFinished || !(this.#hasContent || this.#usage !== null)) return [];
    this.#hasFinished = true;
    const finish_reason = this.#calls.count > 0 ? 'tool_calls' : 'stop';
    return [{ ...this.#head, choices: [{ index: 0, delta: {}, finish_reason }] }];
  }

  errorEvent(message: string): Data {
    return { error: { message, type: 'reported', param: null, code: null } };
  }

  fromWhole(data: Data): readonly Data[] {
    const events = this.normalize(data);
    return [...events, ...(events.length > 0 ? this.atEnd() : [])];
  }

  /** Reads usage where a server sends it: Kimi in the choice, Groq in `x_groq`. */
  #readUsage({ usage, choices, x_groq }: Data): Data | undefined {
    const inChoice = Array.isArray(choices)
      ? choices.filter(isData).map((choice) => choice.usage)
      : [];
    const given = [usage, ...inChoice, isData(x_groq) ? x_groq.usage : undefined].find(isData);
    const normalized = normalizeChatUsage(given);
    if (normalized === undefined) return undefined;
    if (this.#usage !== null && !hasCounts(normalized)) return this.#usage;
    this.#usage = normalized;
    return normalized;
  }

  #normalizeChoices(value: unknown): readonly Data[] | null {
    if (value === undefined || value === null) return null;
    const list = Array.isArray(value) ? value : [value];
    if (!list.every(isData)) return this.#normalizeChoices(list.filter(isData));
    const normalized = mapList(list, (choice) => this.#normalizeChoice(choice));
    return normalized === list && Array.isArray(value) ? value : normalized;
  }

  #normalizeChoice(choice: Data): Data {
    const finish_reason = toFinishReason(choice.finish_reason);
    if (typeof finish_reason === 'string') this.#hasFinished = true;
    const logprobs = choice.logprobs === null ? null : undefined;
    return withChanges(choice, {
      finish_reason,
      index: toNumber(choice.index) ?? 0,
      logprobs,
      ...this.#normalizeContent(choice),
    });
  }

  #normalizeContent({ delta, message, text }: Data): Data {
    const [change, whole] = [toMessage(delta), toMessage(message)];
    if (change !== null && (whole === null || Object.keys(change).length > 0)) {
      if (change.content !== undefined && change.content !== null && change.content !== '')
        this.#messageText = null;
      return { delta: this.#normalizeDelta(change) };
    }
    if (whole !== null)
      return { message: undefined, delta: this.#normalizeDelta(this.#newPartOf(whole)) };
    if (typeof text === 'string')
      return { text: undefined, delta: this.#normalizeDelta({ content: text }) };
    return { delta: {} };
  }

  /** Returns the new part of a message, which can be a delta, the text so far, or a repetition of the streamed text. */
  #newPartOf(message: Data): Data {
    const { tool_calls, function_call, ...rest } = message;
    const called = this.#calls.count > 0 ? {} : { tool_calls, function_call };
    if (this.#messageText === null) return called;
    const content = toContent(message.content);
    if (typeof content !== 'string') return this.#hasContent ? called : message;
    const before = this.#messageText;
    // After one short message, an equal beginning can be a coincidence.
    const isMore = content.length > before.length || this.#messages > 1 || before.length > 20;
    const isRepeated = before !== '' && content.startsWith(before) && isMore;
    this.#messageText = isRepeated ? content : before + content;
    this.#messages += 1;
    return {
      ...(this.#hasContent ? {} : rest),
      ...called,
      content: isRepeated ? content.slice(before.length) : content,
    };
  }

  #normalizeDelta(delta: Data): Data {
    const { content, role, reasoning_content, reasoning, function_call, tool_calls } = delta;
    const calls = isData(function_call) ? [{ index: 0, function: function_call }] : tool_calls;
    const normalized = withChanges(delta, {
      role: role === undefined || role === null ? undefined : 'assistant',
      content: toContent(content),
      reasoning_content: toText(reasoning_content),
      reasoning: isData(reasoning)
        ? toText(reasoning.content ?? reasoning.text)
        : toText(reasoning),
      function_call: undefined,
      refusal: toText(delta.refusal),
      annotations: toAnnotations(delta.annotations),
      tool_calls: this.#calls.normalize(calls),
    });
    this.#hasContent ||=
      this.#calls.count > 0 ||
      [normalized.content, normalized.reasoning_content, normalized.reasoning].some(
        (text) => text !== '' && text != null,
      );
    return normalized;
  }
}

/** Returns a delta or message as an object; null when there is none. */
const toMessage = (value: unknown): Data | null =>
  isData(value) ? value : typeof value === 'string' ? { content: value } : null;

/** Joins a list of texts. A list with reasoning is Mistral's format and is left to its package. */
function toContent(content: unknown): unknown {
  if (isData(content)) return toText(content.text ?? content.content);
  if (!Array.isArray(content)) return toText(content);
  const texts = content.map((part) => (isData(part) ? part.text : part));
  return texts.every((text) => typeof text === 'string') ? texts.join('') : content;
}

/** Removes annotations that are not in the reference. */
function toAnnotations(value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (!Array.isArray(value)) return undefined;
  const isKnown = (one: unknown) =>
    isData(one) && one.type === 'url_citation' && isData(one.url_citation);
  return value.every(isKnown) ? value : value.filter(isKnown);
}

/** Finish reasons of servers, mapped to those of the reference. */
const finishReasons: Readonly<Record<string, string>> = {
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  end_of_text: 'stop',
  stop_sequence: 'stop',
  stop_token: 'stop',
  completed: 'stop',
  max_tokens: 'length',
  max_length: 'length',
  max_output_tokens: 'length',
  function_call: 'tool_calls',
  tool_call: 'tool_calls',
  tool_use: 'tool_calls',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  safety: 'content_filter',
};
const known = new Set(['stop', 'length', 'tool_calls', 'content_filter']);

function toFinishReason(value: unknown): unknown {
  if (value === '' || value === 'null') return null;
  const reason = toText(value);
  if (typeof reason !== 'string' || known.has(reason)) return reason;
  const lower = reason.toLowerCase();
  return known.has(lower) ? lower : (finishReasons[lower] ?? reason);
}
