import type { Round } from './script.ts';

/** One request as a protocol sees it. */
export interface Call {
  /** Id of this request, part of the ids in the response. */
  readonly id: string;
  readonly model: string;
  /** Epoch seconds. */
  readonly created: number;
  // biome-ignore lint/suspicious/noExplicitAny: requests contain arbitrary JSON.
  readonly body: any;
}

/** One encoded event: server-sent, or a binary frame. */
export type WireEvent = string | Uint8Array<ArrayBuffer>;

/** The protocol of a service: encodes a scripted response as the service would send it. */
export interface Protocol {
  readonly request_id_header: string;
  /** Media type of a stream; server-sent events unless given. */
  readonly stream_type?: string;
  stream(round: Round, call: Call): WireEvent[];
  answer(round: Round, call: Call): unknown;
  /** The body of an HTTP error. */
  failure(status: number, call: Call): unknown;
  /** Encodes a failure within a stream. */
  failureEvent(call: Call, position: number): WireEvent;
}

export const dataEvent = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

export const namedEvent = (data: { readonly type: string }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** Returns the credential of a request, in the form of the service. */
export const credentialOf = (headers: Headers): string | null =>
  headers.get('authorization')?.replace(/^Bearer /i, '') ??
  headers.get('x-api-key') ??
  headers.get('x-goog-api-key');
