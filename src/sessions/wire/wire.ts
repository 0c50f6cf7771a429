import type { Failure } from '../../shared/failure.ts';
import type { TurnEvent } from '../turn/events.ts';

/** A form in which the events of a run travel. Made anew for each listener, and deterministic in the events. */
export interface Wire {
  /** Whole frames of server-sent events. The nth frame of a run is always the same: a listener resumes by counting them. */
  frames(event: TurnEvent): readonly string[];
  /** Closes the stream, behind the terminal event. */
  end(): string;
  /** All there is to say where a stream was begun for a run that then was not. */
  refuse(failure: Failure): string;
}

type WireFactory = (options: Readonly<Record<string, unknown>>) => Wire;

/** A kind of wire. Hosts know it by its name: `worker.ts` lists them all. */
export interface WireKind {
  readonly name: string;
  readonly make: WireFactory;
}

/** A wire as somebody wants it. */
export interface WireRequest {
  readonly kind: WireKind;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The same, as it travels to a host. */
export interface NamedWire {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A run that has ended, from behind frame `after`, in one piece; null where there is no such frame, or
 * where a run that was cut off (`isCut`) has been told further than its record goes.
 */
export function writeEvents(
  { kind, options = {} }: WireRequest,
  events: readonly TurnEvent[],
  after: number,
  isCut: boolean,
): string | null {
  const wire = kind.make(options);
  const frames = events.slice(0, -1).flatMap((event) => wire.frames(event));
  const kept = frames.length;
  frames.push(...events.slice(-1).flatMap((event) => wire.frames(event)));
  if (after > (isCut ? kept : frames.length)) return null;
  return frames.slice(after).join('') + wire.end();
}
