import type { WireEvent } from './protocol.ts';
import type { Fault } from './script.ts';

/** One action of a body: send bytes, wait, wait for the test, reset the connection, or stall. */
type Move =
  | { readonly bytes: Uint8Array }
  | { readonly wait_ms: number }
  | 'hold'
  | 'reset'
  | 'stall';

/** Thrown to reset the connection; a real server destroys its socket. */
export class ConnectionReset extends Error {}

export interface Moves {
  readonly events: readonly WireEvent[];
  readonly fault: Fault | undefined;
  /** Encodes a failure within a stream in this protocol. */
  readonly failureEvent: (position: number) => WireEvent;
}

const encoder = new TextEncoder();
const bytesOf = (event: WireEvent): Uint8Array =>
  typeof event === 'string' ? encoder.encode(event) : event;
const withText = (event: WireEvent, change: (text: string) => string): WireEvent =>
  typeof event === 'string' ? change(event) : event;

/** Returns the body of a response with its fault applied, one chunk per event by default. */
export function bodyOf({ events, fault, failureEvent }: Moves): Move[] {
  const moves = (list: readonly WireEvent[]): Move[] =>
    list.map((event) => ({ bytes: bytesOf(event) }));
  switch (fault?.kind) {
    case 'cut':
      return moves(events.slice(0, fault.events));
    case 'reset-after':
      return [...moves(events.slice(0, fault.events)), 'reset'];
    case 'stall':
      return [...moves(events.slice(0, fault.events)), 'stall'];
    case 'hold':
      return [
        ...moves(events.slice(0, fault.events)),
        'hold',
        ...moves(events.slice(fault.events)),
      ];
    case 'garbage':
      return moves([
        ...events.slice(0, fault.events),
        'data: {"broken\n\n',
        ...events.slice(fault.events),
      ]);
    case 'error-event':
      return moves([...events.slice(0, fault.events), failureEvent(fault.events)]);
    case 'crlf':
      return moves(
        events.map((event) => withText(event, (text) => text.replaceAll(/\r?\n/g, '\r\n'))),
      );
    case 'bom':
      return moves(
        events.map((event, index) =>
          index === 0 ? withText(event, (text) => `\ufeff${text}`) : event,
        ),
      );
    case 'drip':
      return drip(
        Uint8Array.from(events.flatMap((event) => [...bytesOf(event)])),
        fault.bytes,
        fault.ms,
      );
    default:
      return moves(events);
  }
}

const drip = (all: Uint8Array, size: number, wait_ms: number): Move[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index): Move[] => [
    { bytes: all.slice(index * size, (index + 1) * size) },
    { wait_ms },
  ]).flat();

/** Returns the moves as a stream; calls `onCancel` if the client disconnects first. A hold ends with `released`. */
export function streamOf(
  moves: readonly Move[],
  released: Promise<void>,
  onCancel: () => void,
): ReadableStream<Uint8Array> {
  const rest = [...moves];
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        const move = rest.shift();
        if (move === undefined) return controller.close();
        if (move === 'reset') {
          // A reset discards unread data: text sent before it must arrive first.
          await pause(25);
          return controller.error(new ConnectionReset('The script resets the connection here.'));
        }
        if (move === 'stall') return new Promise<void>(() => {});
        if (move === 'hold') {
          await released;
          continue;
        }
        if ('bytes' in move) return controller.enqueue(move.bytes);
        await (move.wait_ms === 0 ? turn() : pause(move.wait_ms));
      }
    },
    cancel: onCancel,
  });
}

/** Waits for one turn of the event loop, so that earlier data is sent. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
