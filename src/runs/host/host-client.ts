import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import type { RunAction } from '../actions/schema.ts';
import type { RunRequest } from '../driver.ts';
import type { Message } from '../schema/message.ts';
import type { RunRow } from '../store/runs.ts';
import type { NamedStream, StreamRequest } from '../stream/encoder.ts';

/** The commands of a host with their inputs; `host.ts` handles them. */
export interface HostCommands {
  /** Starts a run, or joins the one that the request's idempotency key has started. */
  start: {
    readonly kind: string;
    readonly input: unknown;
    readonly stream: NamedStream | null;
    readonly is_background: boolean;
  };
  attach: { readonly run_id: string; readonly after: number; readonly stream: NamedStream | null };
  /** Accepts the results of required actions, and resumes the run when all are there. */
  submit: {
    readonly run_id: string;
    readonly actions: readonly RunAction[];
    readonly stream: NamedStream | null;
  };
  cancel: { readonly run_id: string };
  /** Ends a run whose time to wait is over. */
  expire: { readonly run_id: string };
  /** Closes a run whose host has died. */
  recover: { readonly run_id: string };
  /** Drops the cache, so that the next run reads from D1; with `erase`, also the stored events. */
  invalidate: { readonly erase: boolean };
}

/** The result of `start` and `attach`. */
type StreamState =
  /** The body has the events; the id is null while the run is queued. */
  | { readonly type: 'stream'; readonly run_id: string | null; readonly is_joined: boolean }
  /** The run was started, and no response waits for it. */
  | { readonly type: 'begun'; readonly run_id: string; readonly is_joined: boolean }
  | { readonly type: 'message'; readonly message: Message; readonly is_joined: boolean }
  /** The run has ended or waits and is stored, or another host executes it. */
  | { readonly type: 'elsewhere'; readonly run_id: string; readonly is_joined: boolean };

export interface StreamReply {
  readonly state: StreamState;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Returns the name of the host that executes a run: one per session, and one per one-off run. */
export const hostName = ({ session_id, id }: Pick<RunRow, 'session_id' | 'id'>): string =>
  session_id ?? id;

/** A host, called on behalf of the context's caller. */
export function hostOf(ctx: Ctx, name: string) {
  const send = async <Command extends keyof HostCommands>(
    verb: Command,
    input: HostCommands[Command],
  ) => {
    const { workspace_id, actor, ip, request_id, idempotency, rate_limits } = ctx;
    const caller = { workspace_id, actor, ip, request_id, idempotency, rate_limits };
    const { outcome } = await ctx.hosts.get(name).ask({ caller, verb, input });
    if (!outcome.ok) throw new Failure(outcome.code, outcome.detail, outcome.options);
    return outcome;
  };
  const open = async <Command extends 'start' | 'attach' | 'submit'>(
    verb: Command,
    input: HostCommands[Command],
  ): Promise<StreamReply> => {
    const { value, body } = await send(verb, input);
    return { state: value as StreamState, body };
  };
  return {
    start: ({ kind, input }: RunRequest, stream: StreamRequest | null) =>
      open('start', { kind, input, stream: named(stream), is_background: false }),
    startInBackground: ({ kind, input }: RunRequest) =>
      open('start', { kind, input, stream: null, is_background: true }),
    attach: (run_id: string, after: number, stream: StreamRequest | null) =>
      open('attach', { run_id, after, stream: named(stream) }),
    submit: (run_id: string, actions: readonly RunAction[], stream: StreamRequest | null) =>
      open('submit', { run_id, actions, stream: named(stream) }),
    expire: async (run_id: string) => void (await send('expire', { run_id })),
    cancel: async (run_id: string) => void (await send('cancel', { run_id })),
    recover: async (run_id: string) => void (await send('recover', { run_id })),
    invalidate: async () => void (await send('invalidate', { erase: false })),
    erase: async () => void (await send('invalidate', { erase: true })),
  };
}

const named = (stream: StreamRequest | null): NamedStream | null =>
  stream && { name: stream.protocol.name, options: stream.options ?? {} };
