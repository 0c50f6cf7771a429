import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError } from './reported-error.ts';
import { mapList, mendUsage, toNumber, toText, withChanges } from './values.ts';

/** Says nothing; some packages look for a choice in every event. */
const noChoice: readonly Data[] = [{ index: 0, delta: {}, finish_reason: null }];

/**
 * Chat completions as servers other than api.openai.com send them
 * (reference: https://platform.openai.com/docs/api-reference/chat-streaming).
 */
export class ChatDialect implements Dialect {
  readonly has_event_names = false;
  #hasFinished = false;
  #hasContent = false;
  #hasToolCalls = false;
  #hasUsage = false;
  #head: Data = {};
  /** Ids that calls were given here, by their index. */
  readonly #ids = new Map<unknown, string>();

  mend(data: Data): readonly Data[] {
    const error = errorIn(data);
    if (error !== undefined) throw new ReportedError(error);
    const usage = withAllCounts(mendUsage(data.usage));
    const choices = this.#mendChoices(data.choices);
    if (choices === null && !isData(usage)) return [];
    if (isData(usage)) this.#hasUsage = true;
    const { x_groq } = data;
    // Groq's package looks for it where Groq has it.
    const groq =
      isData(x_groq) || isData(usage)
        ? withChanges(isData(x_groq) ? x_groq : {}, { usage: withAllCounts(mendUsage(isData(x_groq) ? (x_groq.usage ?? usage) : usage)) })
        : x_groq;
    const head = { id: toText(data.id), created: toNumber(data.created), model: toText(data.model) };
    if (data.id !== undefined) this.#head = { ...head, object: 'chat.completion.chunk' };
    const object = data.object === undefined || data.object === null ? data.object : 'chat.completion.chunk';
    return [
      withChanges(data, { ...head, object, usage, x_groq: groq, choices: choices === null || choices.length === 0 ? noChoice : choices }),
    ];
  }

  /** Usage comes last: it marks an end as `[DONE]` does. */
  get hasEnded(): boolean {
    return this.#hasUsage && this.#hasContent;
  }

  atEnd(): readonly Data[] {
    if (this.#hasFinished || !(this.#hasContent || this.#hasUsage)) return [];
    this.#hasFinished = true;
    const finish_reason = this.#hasToolCalls ? 'tool_calls' : 'stop';
    return [{ ...this.#head, choices: [{ index: 0, delta: {}, finish_reason }] }];
  }

  errorEvent(message: string): Data {
    return { error: { message, type: 'reported', param: null, code: null } };
  }

  fromWhole(data: Data): readonly Data[] {
    const events = this.mend(data);
    return [...events, ...(events.length > 0 ? this.atEnd() : [])];
  }

  #mendChoices(value: unknown): readonly Data[] | null {
    if (value === undefined || value === null) return null;
    const list = Array.isArray(value) ? value : [value];
    if (!list.every(isData)) return this.#mendChoices(list.filter(isData));
    const mended = mapList(list, (choice) => this.#mendChoice(choice));
    return mended === list && Array.isArray(value) ? value : mended;
  }

  #mendChoice(choice: Data): Data {
    const finish_reason = choice.finish_reason === '' ? null : toText(choice.finish_reason);
    if (typeof finish_reason === 'string') this.#hasFinished = true;
    const changes = { finish_reason: finish_reason === 'function_call' ? 'tool_calls' : finish_reason, index: toNumber(choice.index) ?? 0 };
    return withChanges(choice, { ...changes, ...this.#mendSaid(choice) });
  }

  #mendSaid({ delta, message, text }: Data): Data {
    if (isData(delta)) return { delta: this.#mendDelta(delta) };
    // A whole message at the end of what was streamed says it a second time.
    if (isData(message)) return { message: undefined, delta: this.#mendDelta(this.#hasContent ? {} : message) };
    if (typeof text === 'string') return { text: undefined, delta: this.#mendDelta({ content: text }) };
    return { delta: delta === undefined || delta === null ? delta : {} };
  }

  #mendDelta(delta: Data): Data {
    const { content, role, reasoning_content, reasoning, function_call, tool_calls } = delta;
    const calls = isData(function_call) ? [{ index: 0, function: function_call }] : tool_calls;
    const mended = withChanges(delta, {
      role: role === undefined || role === null ? undefined : 'assistant',
      content: Array.isArray(content) ? content : toText(content),
      reasoning_content: toText(reasoning_content),
      reasoning: isData(reasoning) ? toText(reasoning.content ?? reasoning.text) : toText(reasoning),
      function_call: undefined,
      tool_calls: this.#mendCalls(calls),
    });
    this.#hasContent ||= [mended.content, mended.reasoning_content, mended.reasoning].some((said) => said !== '' && said != null);
    return mended;
  }

  #mendCalls(value: unknown): unknown {
    if (value === undefined || value === null) return value;
    const list = (Array.isArray(value) ? value : [value]).filter(isData);
    if (list.length > 0) {
      this.#hasToolCalls = true;
      this.#hasContent = true;
    }
    const mended = mapList(list, (call, at) => this.#mendCall(call, at));
    return Array.isArray(value) && value.length === mended.length && mended.every((call, at) => call === value[at]) ? value : mended;
  }

  #mendCall(call: Data, at: number): Data {
    const index = toNumber(call.index) ?? at;
    const named = isData(call.function) ? call.function : { name: call.name, arguments: call.arguments };
    const { name, arguments: given } = named;
    const text = isData(given) || Array.isArray(given) ? JSON.stringify(given) : toText(given);
    const isFirst = typeof name === 'string' && name !== '' && !this.#ids.has(index);
    const id = toText(call.id);
    if (isFirst) this.#ids.set(index, typeof id === 'string' && id !== '' ? id : `call_${crypto.randomUUID().replaceAll('-', '')}`);
    return withChanges(call, {
      index,
      id: isFirst ? this.#ids.get(index) : id,
      type: isFirst || typeof call.type === 'string' ? 'function' : undefined,
      function: withChanges(named, { name: toText(name), arguments: text }),
    });
  }
}

/** Some packages take no usage without all three; 0 is read as missing. */
function withAllCounts(usage: unknown): unknown {
  if (!isData(usage)) return usage;
  const { prompt_tokens = 0, completion_tokens = 0 } = usage;
  const total_tokens = usage.total_tokens ?? Number(prompt_tokens) + Number(completion_tokens);
  return withChanges(usage, { prompt_tokens: prompt_tokens ?? 0, completion_tokens: completion_tokens ?? 0, total_tokens });
}
