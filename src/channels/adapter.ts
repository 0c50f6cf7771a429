import type { z } from '@hono/zod-openapi';
import type { ChannelFile, ChannelKind } from '../db/schema/channels.ts';
import type { Ctx } from '../platform/context.ts';

/** A received file: its content, or the id by which the channel returns it. */
interface InboundFile extends Pick<ChannelFile, 'name' | 'media_type' | 'ref' | 'refused'> {
  readonly content?: Uint8Array<ArrayBuffer>;
}

/** A message as it arrived. */
export interface InboundMessage {
  /** The id by which the channel repeats it. */
  readonly external_id: string;
  readonly thread_key: string;
  readonly user_key: string;
  /** The language of the user, as the channel names it; absent where it does not. */
  readonly language?: string | undefined;
  /** Order within the thread. */
  readonly position: number;
  readonly text: string;
  readonly files: readonly InboundFile[];
  /** Where the answer is sent. */
  readonly target: Readonly<Record<string, string>>;
  /** True for a message that continues a conversation, and starts none. */
  readonly only_continues?: boolean;
}

/** A request of the channel, with its body as it was signed. */
export interface ChannelRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

export type Received =
  | { readonly type: 'messages'; readonly messages: readonly InboundMessage[] }
  /** The channel verifies the address. */
  | { readonly type: 'challenge'; readonly text: string };

/** The channel with its opened credentials. */
export interface OpenChannel {
  readonly id: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, string>>;
  /** Those that were replaced, while requests with their signatures are accepted as well. */
  readonly former: Readonly<Record<string, string>> | null;
}

export interface OutboundFile {
  readonly name: string;
  readonly media_type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One message for the channel. */
export interface OutboundMessage {
  readonly target: Readonly<Record<string, string>>;
  readonly text: string;
  /** Empty where `sendFile` sends them. */
  readonly files: readonly OutboundFile[];
  /** The same in every attempt, so that a receiver can ignore a repetition. */
  readonly id: string;
}

/** One kind of channel: its requests, and how messages are sent. Network faults are thrown as `SendError`. */
export interface ChannelAdapter {
  readonly kind: ChannelKind;
  readonly settings: z.ZodObject;
  readonly credentials: z.ZodObject;
  /** Maximum characters of a message; longer answers are sent in parts. */
  readonly max_chars: number;
  /** Returns true for a request of the channel: its signature is valid and recent. */
  verify(request: ChannelRequest, channel: OpenChannel, now: number): Promise<boolean>;
  /** Reads a verified request. Throws `malformed_request`. */
  receive(request: ChannelRequest, channel: OpenChannel): Promise<Received>;
  /** Sends a message, and returns the id that the channel gave it. */
  send(ctx: Ctx, channel: OpenChannel, message: OutboundMessage): Promise<string>;
  /** Replaces the text of a message that was sent. Absent where the channel cannot. */
  update?(
    ctx: Ctx,
    channel: OpenChannel,
    message: Pick<OutboundMessage, 'target' | 'text'>,
    id: string,
  ): Promise<void>;
  /** Sends a file as a message of its own. Absent where `send` takes files. */
  sendFile?(
    ctx: Ctx,
    channel: OpenChannel,
    target: OutboundMessage['target'],
    file: OutboundFile,
  ): Promise<string>;
  /** Reads the content of a received file. Absent where messages contain it. */
  read?(ctx: Ctx, channel: OpenChannel, ref: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Checks the credentials, and returns the account that they belong to. */
  test(ctx: Ctx, channel: OpenChannel): Promise<string>;
}
