/** Data of one event of a stream. */
export type Data = Readonly<Record<string, unknown>>;

/** Corrects streams that deviate from the reference of their protocol. An instance reads one answer. */
export interface Dialect {
  /**
   * Returns the data of one event as the provider package expects it: the same object when it is valid,
   * several objects when the event has to be split, none when it is empty. Throws `ReportedError`.
   */
  normalize(data: Data): readonly Data[];
  /** Returns the events missing at an end that the server marked, such as a finish reason. */
  atEnd(): readonly Data[];
  /** Returns the events of an answer that was sent as one JSON document. Throws `ReportedError`. */
  fromWhole(data: Data): readonly Data[];
  /** Returns an error event of the protocol. */
  errorEvent(message: string): Data;
  /** True when each event repeats its type in an `event:` field. */
  readonly has_event_names: boolean;
  /** True when an event was received that is only sent at the end of an answer, so that the stream may end without a mark. */
  readonly hasEnded?: boolean;
}

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
