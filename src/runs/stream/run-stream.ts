/** The stream of a run's events. */
export interface RunStream {
  /** Null for a run that is still queued; its id follows in the stream. */
  readonly run_id: string | null;
  readonly body: ReadableStream<Uint8Array> | string;
  /** The run was started by an earlier request with the same idempotency key. */
  readonly is_joined: boolean;
}
