/** The events of a run, as they come. */
export interface RunStream {
  /** Null for a run that is still queued; the stream contains its id later. */
  readonly run_id: string | null;
  readonly body: ReadableStream<Uint8Array> | string;
  /** The run was started by an earlier request with the same idempotency key. */
  readonly is_joined: boolean;
}
