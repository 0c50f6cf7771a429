import { DurableObject } from 'cloudflare:workers';
import { toFailure } from '../../http/error-form.ts';
import { openPlatform } from '../../platform/cloudflare.ts';
import type { Ctx } from '../../platform/context.ts';
import type { HostCommand, HostReply } from '../../platform/ports.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import type { RunDriver, RunSource } from '../driver.ts';
import type { NamedStream, StreamEncoder, StreamProtocol } from '../stream/encoder.ts';
import { CrashLog } from './crash-log.ts';
import type { HostCommands, StreamReply } from './host-client.ts';
import { HostedRuns } from './hosted-runs.ts';
import type { Started } from './started.ts';
import { streamLater } from './stream-later.ts';

/**
 * Time to wait for the first output before the response begins, in milliseconds: proxies close
 * silent connections.
 */
const firstOutputTimeoutMs = 8 * second;

type Handlers = {
  readonly [Command in keyof HostCommands]: (
    ctx: Ctx,
    input: HostCommands[Command],
  ) => Promise<StreamReply | undefined>;
};

const elsewhere = (run_id: string, is_joined = true): StreamReply => ({
  state: { type: 'elsewhere', run_id, is_joined },
  body: null,
});

async function toMessageReply(started: Started): Promise<StreamReply> {
  if ('elsewhere' in started) return elsewhere(started.elsewhere, started.is_joined);
  const { run, is_joined } = started;
  return { state: { type: 'message', message: await run.answer(), is_joined }, body: null };
}

/**
 * The object that executes runs, one for each session and one for each one-off run. It owns the
 * active run, queues the others, and continues without listeners. D1 is the record; cached state
 * only saves reading it again.
 */
export abstract class RunHost extends DurableObject<Env> {
  protected abstract readonly protocols: readonly StreamProtocol[];
  protected abstract readonly drivers: readonly RunDriver[];
  readonly #log = new CrashLog(this.ctx.storage);
  readonly #runs = new HostedRuns({
    save: (ctx, { run }, events) => this.#log.save(ctx, run, events),
    ended: () => this.#log.clear(),
    invalidate: () => this.#invalidate(),
    drivers: () => this.drivers,
  });
  readonly #sources = new Map<string, RunSource<unknown>>();

  readonly #handlers: Handlers = {
    start: async (ctx, { kind, input, stream, is_background }) => {
      const source = this.#sourceOf(kind);
      if (is_background) return this.#startInBackground(ctx, source, input);
      const starting = this.#runs.start(ctx, source, input);
      if (stream !== null) return this.#stream(ctx, starting, stream);
      return toMessageReply(await starting);
    },
    submit: async (ctx, { run_id, actions, stream }) => {
      const starting = this.#runs.submit(ctx, run_id, actions);
      if (stream !== null) return this.#stream(ctx, starting, stream);
      return toMessageReply(await starting);
    },
    attach: async (ctx, { run_id, after, stream }) => {
      if (stream !== null && after === 0 && this.#runs.isQueued(run_id))
        return this.#stream(ctx, this.#waitFor(run_id), stream);
      const run = await this.#runs.find(run_id);
      if (run === null) return elsewhere(run_id);
      if (stream === null) {
        const message = await run.answer();
        return { state: { type: 'message', message, is_joined: true }, body: null };
      }
      return {
        state: { type: 'stream', run_id: run.id, is_joined: true },
        body: run.stream(this.#encoderOf(stream), after),
      };
    },
    cancel: async (ctx, { run_id }) => void (await this.#runs.cancel(ctx, run_id)),
    expire: async (ctx, { run_id }) => void (await this.#runs.expire(ctx, run_id)),
    recover: async (ctx, { run_id }) => void (await this.#recover(ctx, run_id)),
    invalidate: async (_ctx, { erase }) => {
      this.#invalidate();
      if (erase) {
        await this.#runs.clear();
        await this.ctx.storage.deleteAll();
      }
      return undefined;
    },
  };

  /** Returns the id of the run once it is stored, whether it has begun or is queued. */
  async #startInBackground(
    ctx: Ctx,
    source: RunSource<unknown>,
    input: unknown,
  ): Promise<StreamReply> {
    const queued = Promise.withResolvers<{
      readonly run_id: string;
      readonly is_joined: boolean;
    }>();
    const starting = this.#runs.start(ctx, source, input, (run_id, is_joined) =>
      queued.resolve({ run_id, is_joined }),
    );
    // The failure of a queued run is in its record.
    starting.catch(() => undefined);
    const begun = await Promise.race([queued.promise, starting]);
    if ('elsewhere' in begun) return elsewhere(begun.elsewhere);
    const run_id = 'run_id' in begun ? begun.run_id : begun.run.id;
    return { state: { type: 'begun', run_id, is_joined: begun.is_joined }, body: null };
  }

  async #waitFor(run_id: string): Promise<Started> {
    const run = await this.#runs.find(run_id);
    return run === null ? { elsewhere: run_id } : { run, is_joined: true };
  }

  /**
   * A failure before the first output is thrown and becomes a status; a later one is an event of
   * the stream.
   */
  async #stream(ctx: Ctx, starting: Promise<Started>, wanted: NamedStream): Promise<StreamReply> {
    const encoder = this.#encoderOf(wanted);
    const isLate = Promise.withResolvers<null>();
    const timer = setTimeout(() => isLate.resolve(null), firstOutputTimeoutMs);
    try {
      const started = await Promise.race([starting, isLate.promise]);
      if (started === null)
        return {
          state: { type: 'stream', run_id: null, is_joined: false },
          body: streamLater(ctx, starting, encoder),
        };
      if ('elsewhere' in started) return elsewhere(started.elsewhere, started.is_joined);
      const { run, is_joined, after = 0 } = started;
      await Promise.race([run.firstOutput, isLate.promise]);
      if (run.events.at(-1)?.type === 'error' && !run.hasOutput) await run.answer();
      return {
        state: { type: 'stream', run_id: run.id, is_joined },
        body: run.streamFrom(encoder, after),
      };
    } finally {
      // A pending timer would keep the object in memory.
      clearTimeout(timer);
    }
  }

  async ask({ caller, verb, input }: HostCommand): Promise<HostReply> {
    const ctx = this.#context(caller);
    const reply = (outcome: HostReply['outcome']): HostReply => ({
      outcome,
      meter: ctx.meter,
      bookmark: ctx.bookmark(),
      rates: [...ctx.rates.values()],
    });
    try {
      const handle = this.#handlers[verb as keyof HostCommands] as (
        ctx: Ctx,
        input: unknown,
      ) => Promise<StreamReply | undefined>;
      const result = await handle(ctx, input);
      return reply({ ok: true, value: result?.state, body: result?.body ?? null });
    } catch (error) {
      if (!(error instanceof Failure)) ctx.log.error('host_failed', { error });
      const { code, message, options } = toFailure(error);
      const outcome = { code, detail: message, options: { ...options, cause: undefined } };
      return reply({ ok: false, ...outcome });
    }
  }

  override async alarm(): Promise<void> {
    const lost = await this.#log.run();
    if (lost === null) return;
    const ctx = this.#context({
      workspace_id: lost.workspace_id,
      actor: { type: 'system', name: 'session_host' },
      request_id: lost.run_id,
    });
    if (this.#runs.has(lost.run_id)) await this.#log.wakeAgain(ctx);
    else await this.#recover(ctx, lost.run_id);
  }

  #context({
    request_id,
    ...call
  }: Partial<HostCommand['caller']> & Pick<Ctx, 'workspace_id' | 'actor' | 'request_id'>): Ctx {
    return openPlatform(this.env, this.ctx, { request_id }).context(call);
  }

  #sourceOf(kind: string): RunSource<unknown> {
    const opened = this.#sources.get(kind);
    if (opened !== undefined) return opened;
    const driver = this.drivers.find((one) => one.kind === kind);
    if (driver === undefined) throw new Error(`unknown run driver ${kind}`);
    const source = driver.open({ recover: (ctx, run_id) => this.#recover(ctx, run_id) });
    this.#sources.set(kind, source);
    return source;
  }

  #encoderOf({ name, options }: NamedStream): StreamEncoder {
    const protocol = this.protocols.find((one) => one.name === name);
    if (protocol === undefined) throw new Error(`unknown stream protocol ${name}`);
    return protocol.make(options);
  }

  #invalidate(): void {
    for (const source of this.#sources.values()) source.invalidate();
  }

  /** Closes a run that an earlier instance of this object had begun. */
  async #recover(ctx: Ctx, run_id: string): Promise<void> {
    if (this.#runs.has(run_id)) return;
    await this.#log.recover(ctx, run_id, this.drivers);
    this.#invalidate();
  }
}
