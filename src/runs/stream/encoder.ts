import type { z } from '@hono/zod-openapi';
import type { Failure } from '../../shared/failure.ts';
import type { RunEvent } from '../events.ts';
import type { Message } from '../schema/message.ts';

/** Encodes the events of a run for one listener. Deterministic: the same events give the same frames. */
export interface StreamEncoder {
  /** Whole frames of server-sent events. The nth frame of a run is always the same, so that a client can resume by its number. */
  frames(event: RunEvent): readonly string[];
  /** Closes the stream, after the terminal event. */
  end(): string;
  /** Returns the whole stream of a run that could not be started after the response had begun. */
  refuse(failure: Failure): string;
}

/** A stream protocol. Hosts know it by name; `features.ts` registers all of them. */
export interface StreamProtocol {
  readonly name: string;
  readonly make: (options: Readonly<Record<string, unknown>>) => StreamEncoder;
}

/** The stream protocol of the native API, with its OpenAPI schema and its response headers. */
export interface NativeStream extends StreamProtocol {
  readonly events: () => z.ZodType;
  readonly headers: Readonly<Record<string, string>>;
  /** Returns the whole stream of a message that was stored for a person and is not answered. */
  readonly leave: (stored: Message) => string;
}

/** A protocol with the options that a request chose. */
export interface StreamRequest {
  readonly protocol: StreamProtocol;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A `StreamRequest` as it travels to a host. */
export interface NamedStream {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The number of frames of events. */
export function countFrames(
  { protocol, options = {} }: StreamRequest,
  events: readonly RunEvent[],
): number {
  const encoder = protocol.make(options);
  return events.reduce((count, event) => count + encoder.frames(event).length, 0);
}

/**
 * Encodes a run that has ended, after frame `after`. Returns null when the frame does not exist,
 * and when a run that was interrupted (`isCut`) was streamed further than its stored events.
 */
export function encodeRun(
  { protocol, options = {} }: StreamRequest,
  events: readonly RunEvent[],
  after: number,
  isCut: boolean,
): string | null {
  const encoder = protocol.make(options);
  const frames = events.slice(0, -1).flatMap((event) => encoder.frames(event));
  const stored = frames.length;
  frames.push(...events.slice(-1).flatMap((event) => encoder.frames(event)));
  if (after > (isCut ? stored : frames.length)) return null;
  return frames.slice(after).join('') + encoder.end();
}
