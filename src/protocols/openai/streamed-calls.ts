import { toCallItemId } from './ids.ts';
import { toCall } from './response.ts';
import type { ResponseFrame as Frame } from './response-events.ts';
import type { OutputCall } from './response-object-schema.ts';

interface OpenCall {
  readonly item: OutputCall;
  readonly output_index: number;
  text: string;
  is_done: boolean;
}

/** The calls of client tools in a stream. Calls of the agent's tools are not shown. */
export class StreamedCalls {
  readonly #tools: readonly string[];
  readonly #nextIndex: () => number;
  readonly #calls = new Map<string, OpenCall>();
  message_id = '';

  constructor(tools: readonly string[], nextIndex: () => number) {
    this.#tools = tools;
    this.#nextIndex = nextIndex;
  }

  open(id: string, name: string): Frame[] {
    if (!this.#tools.includes(name) || this.#calls.has(id)) return [];
    const item = toCall(
      toCallItemId(this.message_id, this.#calls.size),
      { call_id: id, name, text: '' },
      'in_progress',
    );
    const call: OpenCall = { item, output_index: this.#nextIndex(), text: '', is_done: false };
    this.#calls.set(id, call);
    return [
      { type: 'response.output_item.added', output_index: call.output_index, item: call.item },
    ];
  }

  addArguments(id: string, delta: string): Frame[] {
    const call = this.#calls.get(id);
    if (call === undefined || call.is_done || delta === '') return [];
    call.text += delta;
    const place = { item_id: call.item.id, output_index: call.output_index };
    return [{ type: 'response.function_call_arguments.delta', ...place, delta }];
  }

  /** Writes a complete call. Some providers do not stream arguments. */
  complete(id: string, name: string, text: string): Frame[] {
    const opened = this.open(id, name);
    const call = this.#calls.get(id);
    if (call === undefined || call.is_done) return opened;
    const added = call.text === '' ? this.addArguments(id, text) : [];
    call.is_done = true;
    const { output_index } = call;
    const place = { item_id: call.item.id, output_index };
    return [
      ...opened,
      ...added,
      { type: 'response.function_call_arguments.done', ...place, name, arguments: call.text },
      { type: 'response.output_item.done', output_index, item: itemOf(call) },
    ];
  }

  /** Returns the calls with their places in the output. */
  items(): (readonly [output_index: number, item: OutputCall])[] {
    return [...this.#calls.values()].map((call) => [call.output_index, itemOf(call)]);
  }
}

const itemOf = ({ item, text, is_done }: OpenCall): OutputCall => ({
  ...item,
  arguments: text,
  status: is_done ? 'completed' : 'incomplete',
});
