import { type Data, isData } from './dialect.ts';
import { mapList, toNumber, toText, withChanges } from './values.ts';

interface Call {
  readonly index: number;
  readonly id: string;
  arguments: string;
}

/** Tool calls of chat completions. Each gets a unique index and id, regardless of the server's. */
export class ChatCalls {
  readonly #calls: Call[] = [];
  /** The latest call by the server's index. */
  readonly #byIndex = new Map<unknown, Call>();

  get count(): number {
    return this.#calls.length;
  }

  /** Returns corrected `tool_calls` of a delta or message; the same value when they are valid. */
  normalize(value: unknown): unknown {
    if (value === undefined || value === null) return value;
    const list = (Array.isArray(value) ? value : [value]).filter(isData);
    const normalized = mapList(list, (call) => this.#normalizeCall(call));
    return Array.isArray(value) &&
      value.length === normalized.length &&
      normalized.every((call, at) => call === value[at])
      ? value
      : normalized;
  }

  #normalizeCall(given: Data): Data {
    const named = isData(given.function)
      ? given.function
      : { name: given.name, arguments: given.arguments };
    const { name } = named;
    const text =
      isData(named.arguments) || Array.isArray(named.arguments)
        ? JSON.stringify(named.arguments)
        : toText(named.arguments);
    const index = toNumber(given.index) ?? null;
    const id = toText(given.id) || null;
    const isNamed = typeof name === 'string' && name !== '';
    const known = this.#find(index, id, isNamed, text);
    const call = known ?? this.#open(index, id);
    if (typeof text === 'string') call.arguments += text;
    const isFirst = known === null && isNamed;
    return withChanges(given, {
      index: call.index,
      id: isFirst ? call.id : toText(given.id),
      type:
        isFirst || (typeof given.type === 'string' && given.type !== '') ? 'function' : undefined,
      function: withChanges(named, { name: toText(name), arguments: text }),
    });
  }

  /** Returns the call that a piece belongs to; null for a new call. */
  #find(index: unknown, id: unknown, isNamed: boolean, text: unknown): Call | null {
    const byId =
      id === null
        ? undefined
        : this.#calls.find(
            (call) => call.id === id && (index === null || this.#byIndex.get(index) === call),
          );
    if (byId !== undefined) return byId;
    const before = index === null ? this.#calls.at(-1) : this.#byIndex.get(index);
    if (before === undefined) return null;
    // Some servers send the same index, or none, for every call and repeat the name in each piece.
    if (isNamed && (id !== null || index === null || (isWhole(before.arguments) && text !== '')))
      return null;
    return before;
  }

  #open(index: unknown, id: unknown): Call {
    const isFree = typeof index === 'number' && this.#calls.every((call) => call.index !== index);
    const call = {
      index: isFree ? index : this.#calls.reduce((next, one) => Math.max(next, one.index + 1), 0),
      id: typeof id === 'string' ? id : `call_${crypto.randomUUID().replaceAll('-', '')}`,
      arguments: '',
    };
    this.#calls.push(call);
    if (index !== null) this.#byIndex.set(index, call);
    return call;
  }
}

function isWhole(json: string): boolean {
  try {
    return isData(JSON.parse(json));
  } catch {
    return false;
  }
}
