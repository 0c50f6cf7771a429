/** Parts of the parser that read streams, which its package does not export. */
export interface Dictionary {
  get(key: string, other?: string): unknown;
}
export interface ByteStream {
  readonly dict?: Dictionary | null;
  getBytes(): Uint8Array;
  reset?(): void;
}
export interface Filters {
  filter(stream: ByteStream, dictionary: Dictionary, ...rest: unknown[]): ByteStream;
}

/** The last filter of a picture, and the encoded bytes that it gets. */
export interface Coded {
  readonly name: string;
  readonly source: ByteStream;
  readonly parameters: Dictionary | null;
}

/** A picture that a page draws. Its bytes are read only if they are needed. */
export interface DrawnImage {
  readonly dictionary: Dictionary;
  readonly width: number;
  readonly height: number;
  /** The samples, for a picture without a filter. */
  readonly samples: ByteStream;
  readonly coded: Coded | null;
}

export const isDictionary = (value: unknown): value is Dictionary =>
  typeof (value as Dictionary | null)?.get === 'function';

/** Returns the text of a name object; null for anything else. */
export const nameOf = (value: unknown): string | null => {
  const name = (value as { readonly name?: unknown } | null)?.name;
  return typeof name === 'string' ? name : null;
};

/** Returns the bytes of a stream that a filter may have begun to read. */
export function readAll(stream: ByteStream): Uint8Array<ArrayBuffer> {
  stream.reset?.();
  return stream.getBytes() as Uint8Array<ArrayBuffer>;
}
