import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError } from './reported-error.ts';
import { normalizeUsage, toNumber, toText, withChanges } from './values.ts';

const ends = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** Corrects streams of OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses-streaming); the package ignores events that it does not know. */
export class ResponsesDialect implements Dialect {
  readonly has_event_names = true;
  #hasEnded = false;
  #hasContent = false;
  #response: Data = {};

  normalize(data: Data): readonly Data[] {
    const { type } = data;
    const response = isData(data.response) ? normalizeResponse(data.response) : data.response;
    // Failures of the protocol are read by the package.
    const error = type === undefined || type === 'error' ? errorIn(data) : undefined;
    if (error !== undefined) throw new ReportedError(error);
    if (typeof type !== 'string') return [];
    if (isData(response)) this.#response = response;
    if (type.startsWith('response.output_')) this.#hasContent = true;
    if (!ends.has(type) || !isData(response)) return [withChanges(data, { response })];
    this.#hasEnded = true;
    return [
      withChanges(data, { response: withChanges(response, { usage: countsOf(response.usage) }) }),
    ];
  }

  atEnd(): readonly Data[] {
    if (this.#hasEnded || !this.#hasContent) return [];
    return [
      {
        type: 'response.completed',
        response: { ...this.#response, status: 'completed', usage: countsOf(undefined) },
      },
    ];
  }

  errorEvent(message: string): Data {
    return { type: 'error', sequence_number: 0, message, code: null, param: null };
  }

  fromWhole(data: Data): readonly Data[] {
    const error = errorIn(data);
    if (error !== undefined) throw new ReportedError(error);
    if (!Array.isArray(data.output)) return [];
    const type =
      data.status === 'incomplete' || data.status === 'failed'
        ? `response.${data.status}`
        : 'response.completed';
    const events: Data[] = [
      { type: 'response.created', response: { ...data, status: 'in_progress', output: [] } },
      ...data.output.filter(isData).flatMap((item, output_index) => eventsOf(item, output_index)),
      { type, response: data },
    ];
    return events.flatMap((event) => this.normalize(event));
  }
}

function normalizeResponse(response: Data): Data {
  const created_at = toNumber(response.created_at);
  return withChanges(response, {
    id: toText(response.id),
    created_at: typeof created_at === 'number' ? Math.floor(created_at) : created_at,
    service_tier: toText(response.service_tier),
  });
}

/** Adds missing counts as 0, which is read as unknown. */
function countsOf(value: unknown): Data {
  const usage = normalizeUsage(value);
  const counts = isData(usage) ? usage : {};
  const { input_tokens, output_tokens } = counts;
  if (typeof input_tokens === 'number' && typeof output_tokens === 'number') return counts;
  return { ...counts, input_tokens: input_tokens ?? 0, output_tokens: output_tokens ?? 0 };
}

/** Returns the events that stream a whole item. */
function eventsOf(item: Data, output_index: number): Data[] {
  const item_id = item.id;
  const about = { output_index, item_id };
  const added = (value: Data): Data => ({
    type: 'response.output_item.added',
    output_index,
    item: value,
  });
  const done: Data = { type: 'response.output_item.done', output_index, item };
  if (item.type === 'message') {
    const parts = Array.isArray(item.content) ? item.content.filter(isData) : [];
    const deltas = parts.map(
      ({ text, refusal }, content_index): Data => ({
        ...about,
        content_index,
        ...(text === undefined
          ? { type: 'response.refusal.delta', delta: refusal }
          : { type: 'response.output_text.delta', delta: text }),
      }),
    );
    return [added({ ...item, content: [] }), ...deltas, done];
  }
  if (item.type === 'function_call') {
    const delta: Data = {
      type: 'response.function_call_arguments.delta',
      ...about,
      delta: item.arguments,
    };
    return [added({ ...item, arguments: '' }), delta, done];
  }
  if (item.type === 'reasoning' && Array.isArray(item.summary)) {
    const deltas = item.summary.filter(isData).flatMap(({ text }, summary_index): Data[] => [
      { type: 'response.reasoning_summary_part.added', ...about, summary_index },
      { type: 'response.reasoning_summary_text.delta', ...about, summary_index, delta: text },
    ]);
    return [added({ ...item, summary: [] }), ...deltas, done];
  }
  return [added(item), done];
}
