import type { Round } from './script.ts';

/** One request as a protocol sees it. */
export interface Call {
  /** Of this request; ids on the wire are built of it. */
  readonly id: string;
  readonly model: string;
  /** Epoch seconds. */
  readonly created: number;
  // biome-ignore lint/suspicious/noExplicitAny: a request as it came, whatever it is.
  readonly body: any;
}

/** One event as it goes out: server-sent, or in a binary frame. */
export type WireEvent = string | Uint8Array<ArrayBuffer>;

/** A service's wire protocol: a round in, what the service would send out. */
export interface Protocol {
  readonly request_id_header: string;
  /** Media type of a stream; server-sent events unless given. */
  readonly stream_type?: string;
  stream(round: Round, call: Call): WireEvent[];
  answer(round: Round, call: Call): unknown;
  /** The body of an HTTP error. */
  failure(status: number, call: Call): unknown;
  /** How a stream that has begun tells of a failure. */
  failureEvent(call: Call, position: number): WireEvent;
}

export const dataEvent = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

export const namedEvent = (data: { readonly type: string }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** The credential as the services take it. */
export const credentialOf = (headers: Headers): string | null =>
  headers.get('authorization')?.replace(/^Bearer /i, '') ??
  headers.get('x-api-key') ??
  headers.get('x-goog-api-key');
