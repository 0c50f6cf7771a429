import type { TurnEvent } from './events.ts';

/** A form in which the events of a run travel. Made anew for each listener, and deterministic in the events. */
export interface Wire {
  /** Whole frames of server-sent events. The nth frame of a run is always the same: a listener resumes by counting them. */
  frames(event: TurnEvent): readonly string[];
  /** Closes the stream, behind the terminal event. */
  end(): string;
}

export type WireFactory = (options: Readonly<Record<string, unknown>>) => Wire;

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

/** Tells proxies and clients that somebody is still there; means nothing. */
export const heartbeat = ': keep-alive\n\n';

/** A run that has ended, from behind frame `after`, in one piece. */
export function writeEvents({ kind, options = {} }: WireRequest, events: Iterable<TurnEvent>, after: number): string {
  const wire = kind.make(options);
  const frames: string[] = [];
  for (const event of events) frames.push(...wire.frames(event));
  return frames.slice(after).join('') + wire.end();
}
