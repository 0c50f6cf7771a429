/** Data of one event of a stream. */
export type Data = Readonly<Record<string, unknown>>;

/** How a protocol's streams are read where they depart from its reference. One instance reads one answer. */
export interface Dialect {
  /**
   * The data of one event as the provider package expects it: the same object where nothing is wrong with it,
   * several where it takes several to say it, none where it says nothing. Throws `ReportedError`.
   */
  mend(data: Data): readonly Data[];
  /** What is missing at the end that the server itself has marked, such as a finish reason. */
  atEnd(): readonly Data[];
  /** The events of an answer that came as one JSON document. Throws `ReportedError`. */
  fromWhole(data: Data): readonly Data[];
  /** An error that the package reads as one. */
  errorEvent(message: string): Data;
  /** Whether each event carries its type in an `event:` field, too. */
  readonly has_event_names: boolean;
  /** Whether what has come is only sent at the end of an answer, so that a stream may end here without a mark. */
  readonly hasEnded?: boolean;
}

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
