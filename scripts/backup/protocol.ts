/** A statement for the Worker of the backup. */
export interface Query {
  readonly sql: string;
  readonly params?: readonly (string | number | null)[];
}

export interface Answer {
  readonly rows: readonly Record<string, unknown>[];
}

/** An object of the bucket, as it is listed. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly content_type: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  readonly next: string | null;
}

/** A vector of Vectorize with everything that is needed to store it again. */
export interface StoredVector {
  readonly id: string;
  readonly namespace?: string;
  readonly values: readonly number[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}
