import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import type { Message } from '../schema.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import type { NamedWire, WireRequest } from '../wire/wire.ts';

/** What a host can be asked, and with what; `host.ts` answers. */
export interface HostVerbs {
  /** Starts a run, or joins the one that the request's idempotency key has started. */
  start: {
    readonly session_id: string;
    readonly input: TurnInput;
    readonly wire: NamedWire | null;
    readonly is_background: boolean;
  };
  attach: { readonly run_id: string; readonly after: number; readonly wire: NamedWire | null };
  cancel: { readonly run_id: string };
  /** Closes a run that nobody answers for any more. */
  recover: { readonly run_id: string };
  /** Drops what is remembered, so that the next turn reads what is stored; with `erase`, also what is kept for a crash. */
  forget: { readonly erase: boolean };
}

/** What came of `start` and `attach`. */
type Listening =
  /** `body` brings the events; the id is null where the run waits for another to end. */
  | { readonly type: 'stream'; readonly run_id: string | null; readonly is_joined: boolean }
  /** The run goes on by itself. */
  | { readonly type: 'begun'; readonly run_id: string; readonly is_joined: boolean }
  | { readonly type: 'message'; readonly message: Message; readonly is_joined: boolean }
  /** The run has ended and its record is in the database, or it is in another session. */
  | { readonly type: 'elsewhere'; readonly run_id: string };

export interface Heard {
  readonly listening: Listening;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** The host of a session, asked on behalf of the context's caller. */
export function hostOf(ctx: Ctx, session_id: string) {
  const ask = async <Verb extends keyof HostVerbs>(verb: Verb, input: HostVerbs[Verb]) => {
    const { workspace_id, actor, ip, request_id, idempotency, rate_limits } = ctx;
    const caller = { workspace_id, actor, ip, request_id, idempotency, rate_limits };
    const { outcome } = await ctx.hosts.get(session_id).ask({ caller, verb, input });
    if (!outcome.ok) throw new Failure(outcome.code, outcome.detail, outcome.options);
    return outcome;
  };
  const hear = async <Verb extends 'start' | 'attach'>(
    verb: Verb,
    input: HostVerbs[Verb],
  ): Promise<Heard> => {
    const { value, body } = await ask(verb, input);
    return { listening: value as Listening, body };
  };
  return {
    start: (input: TurnInput, wire: WireRequest | null) =>
      hear('start', { session_id, input, wire: named(wire), is_background: false }),
    startInBackground: (input: TurnInput) =>
      hear('start', { session_id, input, wire: null, is_background: true }),
    attach: (run_id: string, after: number, wire: WireRequest | null) =>
      hear('attach', { run_id, after, wire: named(wire) }),
    cancel: async (run_id: string) => void (await ask('cancel', { run_id })),
    recover: async (run_id: string) => void (await ask('recover', { run_id })),
    forget: async (erase = false) => void (await ask('forget', { erase })),
  };
}

const named = (wire: WireRequest | null): NamedWire | null =>
  wire && { name: wire.kind.name, options: wire.options ?? {} };
