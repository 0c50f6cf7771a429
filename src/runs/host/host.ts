import { DurableObject } from 'cloudflare:workers';
import { toFailure } from '../../http/error-form.ts';
import { openPlatform } from '../../platform/cloudflare.ts';
import type { Ctx } from '../../platform/context.ts';
import type { HostCommand, HostReply } from '../../platform/ports.ts';
import { isOpen, selectRun } from '../../sessions/store.ts';
import { closeInterrupted } from '../../sessions/turn/close-interrupted.ts';
import type { Turn } from '../../sessions/turn/start-turn.ts';
import type { TurnInput } from '../../sessions/turn/turn-input.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import type { TurnEvent } from '../events.ts';
import type { NamedWire, Wire, WireKind } from '../stream/encoder.ts';
import { decodeEvents, encodeEvents } from '../stream/event-log.ts';
import type { Heard, HostVerbs } from './host-client.ts';
import { SessionLine, type Started } from './hosted-runs.ts';
import { Heart } from './keep-alive.ts';

/** Wakes the object again while a run goes on, and after a crash: an object that nobody asks anything is put away. */
const alarmEvery = 20 * second;

/** How long a stream waits for its first word before it is begun all the same: proxies give up on a connection that says nothing. */
const patience = 8 * second;

/** What is kept of a run that has lasted for more than a moment, for the case that this object dies. */
interface Kept {
  readonly run_id: string;
  readonly workspace_id: string;
}

type Handlers = {
  readonly [Verb in keyof HostVerbs]: (
    ctx: Ctx,
    input: HostVerbs[Verb],
  ) => Promise<Heard | undefined>;
};

/**
 * One object for each session: it owns the run that is answering, makes those wait that come meanwhile,
 * and goes on when nobody listens. D1 is the record; what is remembered here saves reading it again.
 */
export const sessionHost = (wires: readonly WireKind[]) =>
  class extends DurableObject<Env> {
    readonly #line = new SessionLine({
      save: (ctx, turn, events) => this.#save(ctx, turn, events),
      ended: () => this.#drop(),
      recover: (ctx, run_id) => this.#recover(ctx, run_id),
    });
    #segments = 0;

    readonly #handlers: Handlers = {
      start: async (ctx, { session_id, input, wire, is_background }) => {
        if (is_background) return this.#startInBackground(ctx, session_id, input);
        const starting = this.#line.start(ctx, session_id, input);
        if (wire !== null) return this.#stream(ctx, starting, wire);
        const started = await starting;
        if ('elsewhere' in started)
          return { listening: { type: 'elsewhere', run_id: started.elsewhere }, body: null };
        const { run, is_joined } = started;
        return {
          listening: { type: 'message', message: await run.answer(), is_joined },
          body: null,
        };
      },
      attach: async (ctx, { run_id, after, wire }) => {
        if (wire !== null && after === 0 && this.#line.isWaiting(run_id))
          return this.#stream(ctx, this.#waitFor(run_id), wire);
        const run = await this.#line.find(run_id);
        if (run === null) return { listening: { type: 'elsewhere', run_id }, body: null };
        if (wire === null)
          return {
            listening: { type: 'message', message: await run.answer(), is_joined: true },
            body: null,
          };
        return {
          listening: { type: 'stream', run_id: run.id, is_joined: true },
          body: run.listen(makeWire(wires, wire), after),
        };
      },
      cancel: async (_ctx, { run_id }) => {
        if (await this.#line.cancelWaiting(run_id)) return undefined;
        const run = await this.#line.find(run_id);
        run?.cancel();
        await run?.ended;
        return undefined;
      },
      recover: async (ctx, { run_id }) => void (await this.#recover(ctx, run_id)),
      forget: async (_ctx, { erase }) => {
        this.#line.forget();
        if (erase) {
          await this.#line.clear();
          await this.ctx.storage.deleteAll();
        }
        return undefined;
      },
    };

    /** Tells the id of the run once it is stored, be it that it has begun or that it waits for its turn. */
    async #startInBackground(ctx: Ctx, session_id: string, input: TurnInput): Promise<Heard> {
      const queued = Promise.withResolvers<{
        readonly run_id: string;
        readonly is_joined: boolean;
      }>();
      const starting = this.#line.start(ctx, session_id, input, (run_id, is_joined) =>
        queued.resolve({ run_id, is_joined }),
      );
      // What becomes of one that waits is in its record.
      starting.catch(() => undefined);
      const begun = await Promise.race([queued.promise, starting]);
      if ('run_id' in begun) return { listening: { type: 'begun', ...begun }, body: null };
      if ('elsewhere' in begun)
        return { listening: { type: 'elsewhere', run_id: begun.elsewhere }, body: null };
      return {
        listening: { type: 'begun', run_id: begun.run.id, is_joined: begun.is_joined },
        body: null,
      };
    }

    async #waitFor(run_id: string): Promise<Started> {
      const run = await this.#line.find(run_id);
      return run === null ? { elsewhere: run_id } : { run, is_joined: true };
    }

    /** A failure before the first word is thrown, as a status; one that takes long to come is told in the stream. */
    async #stream(ctx: Ctx, starting: Promise<Started>, wanted: NamedWire): Promise<Heard> {
      const wire = makeWire(wires, wanted);
      const isLate = Promise.withResolvers<null>();
      const timer = setTimeout(() => isLate.resolve(null), patience);
      try {
        const started = await Promise.race([starting, isLate.promise]);
        if (started === null)
          return {
            listening: { type: 'stream', run_id: null, is_joined: false },
            body: listenLater(ctx, starting, wire),
          };
        if ('elsewhere' in started)
          return { listening: { type: 'elsewhere', run_id: started.elsewhere }, body: null };
        const { run, is_joined } = started;
        await Promise.race([run.spoken, isLate.promise]);
        if (run.events.at(-1)?.type === 'failed' && !run.hasSpoken) await run.answer();
        return {
          listening: { type: 'stream', run_id: run.id, is_joined },
          body: run.listen(wire, 0),
        };
      } finally {
        // A timer that is left would keep the object awake.
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
        const handle = this.#handlers[verb as keyof HostVerbs] as (
          ctx: Ctx,
          input: unknown,
        ) => Promise<Heard | undefined>;
        const heard = await handle(ctx, input);
        return reply({ ok: true, value: heard?.listening, body: heard?.body ?? null });
      } catch (error) {
        const { code, message, options } = failureOf(ctx, error);
        return reply({
          ok: false,
          code,
          detail: message,
          options: { ...options, cause: undefined },
        });
      }
    }

    override async alarm(): Promise<void> {
      const kept = await this.ctx.storage.get<Kept>('run');
      if (kept === undefined) return;
      const { workspace_id, run_id } = kept;
      const ctx = this.#context({
        workspace_id,
        actor: { type: 'system', name: 'session_host' },
        request_id: run_id,
      });
      if (this.#line.has(run_id)) await this.ctx.storage.setAlarm(ctx.now() + alarmEvery);
      else await this.#recover(ctx, run_id);
    }

    #context({
      request_id,
      ...call
    }: Partial<HostCommand['caller']> & Pick<Ctx, 'workspace_id' | 'actor' | 'request_id'>): Ctx {
      return openPlatform(this.env, this.ctx, { request_id }).context(call);
    }

    async #save(ctx: Ctx, { run }: Turn, events: readonly TurnEvent[]): Promise<void> {
      const { storage } = this.ctx;
      const kept: Kept = { run_id: run.id, workspace_id: run.workspace_id };
      const isFirst = this.#segments === 0;
      this.#segments += 1;
      const name = `events:${String(this.#segments).padStart(8, '0')}`;
      await storage
        .put({ ...(isFirst ? { run: kept } : {}), [name]: encodeEvents(events) ?? '[]' })
        .then(() => (isFirst ? storage.setAlarm(ctx.now() + alarmEvery) : undefined))
        .catch((error: unknown) => ctx.log.error('run_not_kept', { run_id: run.id, error }));
    }

    /** Drops what is kept of a run that has ended. */
    async #drop(): Promise<void> {
      if (this.#segments === 0) return;
      this.#segments = 0;
      await this.ctx.storage.deleteAlarm();
      await this.ctx.storage.deleteAll();
    }

    /** Closes a run that this object does not answer for: an earlier life of it did. */
    async #recover(ctx: Ctx, run_id: string): Promise<void> {
      if (this.#line.has(run_id)) return;
      const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
      const kept = await this.ctx.storage.get<Kept>('run');
      const segments =
        kept?.run_id === run_id
          ? await this.ctx.storage.list<string>({ prefix: 'events:' })
          : new Map<string, string>();
      if (run !== undefined && isOpen(run))
        await closeInterrupted(ctx, run, [...segments.values()].flatMap(decodeEvents));
      this.#line.forget();
      if (kept?.run_id === run_id) {
        this.#segments = 1;
        await this.#drop();
      }
    }
  };

function makeWire(wires: readonly WireKind[], { name, options }: NamedWire): Wire {
  const kind = wires.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`there is no wire ${name}`);
  return kind.make(options);
}

/** A stream that is open before its run has begun, or could. */
function listenLater(ctx: Ctx, starting: Promise<Started>, wire: Wire): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const sink = writable.getWriter();
  const heart = new Heart(sink);
  const tell = async () => {
    try {
      const started = await starting;
      heart.stop();
      if ('elsewhere' in started)
        throw new Failure(
          'request_in_flight',
          'The first request with this key has its answer; send it again.',
        );
      await started.run.tell(sink, wire);
    } catch (error) {
      heart.stop();
      await sink.write(new TextEncoder().encode(wire.refuse(failureOf(ctx, error))));
      await sink.close();
    }
  };
  void tell().catch(() => undefined);
  return readable;
}

function failureOf(ctx: Ctx, error: unknown): Failure {
  if (!(error instanceof Failure)) ctx.log.error('host_failed', { error });
  return toFailure(error);
}
