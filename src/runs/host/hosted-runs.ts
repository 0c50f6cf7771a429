import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  fingerprintMismatch,
  KeyOfRun,
  moveKey,
  throwIfAnswered,
} from '../../platform/idempotency.ts';
import { admitRun } from '../../rate-limits/index.ts';
import { takeAttachments } from '../../sessions/attachments/send.ts';
import { ownSession } from '../../sessions/own-session.ts';
import {
  isOpen,
  type RunRow,
  type SessionRow,
  selectRun,
  selectVersionOfSession,
} from '../../sessions/store.ts';
import { type Memory, readMemory, toTurnVersion } from '../../sessions/turn/memory.ts';
import { runTurn } from '../../sessions/turn/run-turn.ts';
import {
  pathAfter,
  refuse,
  StaleMemory,
  startTurn,
  type Turn,
} from '../../sessions/turn/start-turn.ts';
import type { TurnInput } from '../../sessions/turn/turn-input.ts';
import { Failure } from '../../shared/failure.ts';
import type { TurnEvent } from '../events.ts';
import { LiveRun } from './live-run.ts';
import { cancelledWhileQueued, QueuedRun } from './queued-turn.ts';
import { Place, WaitingLine } from './turn-queue.ts';

/** Times that a session which is not as remembered is read again. */
const maxReads = 3;

/** What the line needs of the object it lives in. */
export interface LineHooks {
  /** Keeps events for the case that the host dies. */
  readonly save: (ctx: Ctx, turn: Turn, events: readonly TurnEvent[]) => Promise<void>;
  /** The run has ended, and nothing needs to be kept of it. */
  readonly ended: () => Promise<void>;
  /** Closes a run of an earlier life. */
  readonly recover: (ctx: Ctx, run_id: string) => Promise<void>;
}

/** Tells a request that is not waited for by anybody the id of its run, as soon as that waits, and whether an earlier one has started it. */
export type OnQueued = (run_id: string, is_joined: boolean) => void;

export type Started =
  | { readonly run: LiveRun; readonly is_joined: boolean }
  | { readonly elsewhere: string };

/** The turns of one session, one after the other, and what is remembered between them. */
export class SessionLine {
  readonly #hooks: LineHooks;
  readonly #line = new WaitingLine();
  #memory: Memory | null = null;
  #reading: Promise<Memory> | null = null;
  /** Times that it was told to forget: what a turn knew before that may be wrong after it. */
  #forgotten = 0;

  constructor(hooks: LineHooks) {
    this.#hooks = hooks;
  }

  /** A run that is in the line, once it has begun. */
  async find(run_id: string): Promise<LiveRun | null> {
    const place = this.#line.find((one) => one.run_id === run_id);
    return place === undefined ? null : place.run.promise;
  }

  /** Whether a run answers or waits here. */
  has(run_id: string): boolean {
    return this.#line.find((one) => one.run_id === run_id) !== undefined;
  }

  isWaiting(run_id: string): boolean {
    return this.#line.isWaiting(run_id);
  }

  /** Ends a run that waits for its turn; false where it does not wait. */
  cancelWaiting(run_id: string): Promise<boolean> {
    return this.#line.withdraw(run_id, cancelledWhileQueued());
  }

  /** The next turn reads what is stored. */
  forget(): void {
    this.#memory = null;
    this.#forgotten += 1;
  }

  /** Cancels what is answering, turns away what waits, and resolves when nothing is left. */
  clear(): Promise<void> {
    return this.#line.clear();
  }

  /**
   * Starts a run as soon as it may, or joins the one that the same request has started before. Throws
   * `session_busy` with the id of the run that is in the way, and what the turn throws. With `onQueued` a run that
   * has to wait is stored before.
   */
  async start(
    ctx: Ctx,
    session_id: string,
    input: TurnInput,
    onQueued: OnQueued | null = null,
  ): Promise<Started> {
    const memory = await this.#remember(ctx, session_id, input);
    if (input.create === undefined) ownSession(ctx, [memory.session]);
    const known =
      ctx.idempotency === null
        ? undefined
        : this.#line.find(({ key }) => key?.key_hash === ctx.idempotency?.key_hash);
    if (known !== undefined) {
      if (known.key?.fingerprint !== ctx.idempotency?.fingerprint) throw fingerprintMismatch();
      if (this.#line.isWaiting(known.run_id)) onQueued?.(known.run_id, true);
      return { run: await known.run.promise, is_joined: true };
    }
    try {
      return { run: await this.#enter(ctx, input, memory, null, onQueued), is_joined: false };
    } catch (error) {
      // Whatever stood in the way, a key that was used before has its answer.
      const used = error instanceof Failure ? await keyOfRun(ctx) : error;
      if (!(used instanceof KeyOfRun)) throw error;
      return this.#join(ctx, session_id, input, used.run_id, onQueued);
    }
  }

  /** The run that a key has started earlier: it may go on, have ended, or have come to nothing and be tried again. */
  async #join(
    ctx: Ctx,
    session_id: string,
    input: TurnInput,
    run_id: string,
    onQueued: OnQueued | null,
  ): Promise<Started> {
    if (this.#line.isWaiting(run_id)) onQueued?.(run_id, true);
    const live = await this.find(run_id);
    if (live !== null) return { run: live, is_joined: true };
    const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
    if (run?.session_id !== session_id)
      return this.#joinElsewhere(ctx, session_id, input, run, run_id);
    if (isOpen(run)) await this.#hooks.recover(ctx, run_id);
    const memory = await this.#read(ctx, session_id, input.version);
    const mayTryAgain = run.status === 'failed' || isOpen(run) || run.status === 'interrupted';
    // It has waited, and its message was never stored.
    if (mayTryAgain && run.input_message_id === null)
      return { run: await this.#enter(ctx, input, memory, run, onQueued), is_joined: false };
    // What was to be answered once more still can be; a message that others have followed is better sent anew.
    const canFollow =
      input.text === null ||
      memory.path.findLast(({ role }) => role === 'user')?.id === run.input_message_id;
    if (!mayTryAgain || !canFollow || run.input_message_id === null) return { elsewhere: run_id };
    const { create: _, ...rest } = input;
    const again: TurnInput = { ...rest, text: null, parent_id: run.input_message_id };
    return { run: await this.#enter(ctx, again, memory, run, onQueued), is_joined: false };
  }

  /** A run with a session of its own, which came to nothing, is tried again with another. */
  async #joinElsewhere(
    ctx: Ctx,
    session_id: string,
    input: TurnInput,
    run: RunRow | undefined,
    run_id: string,
  ): Promise<Started> {
    const cameToNothing =
      run !== undefined && (run.status === 'failed' || run.status === 'interrupted');
    if (input.create === undefined || !cameToNothing) return { elsewhere: run_id };
    const memory = await this.#remember(ctx, session_id, input);
    return { run: await this.#enter(ctx, input, memory, run, null), is_joined: false };
  }

  async #enter(
    ctx: Ctx,
    input: TurnInput,
    memory: Memory,
    replaced: RunRow | null,
    onQueued: OnQueued | null,
  ): Promise<LiveRun> {
    const on_busy = input.on_busy ?? memory.session.on_busy;
    this.#line.admit(on_busy);
    if (this.#line.isBusy && needsChecks(input)) {
      // What would be refused anyway ends nobody else's answer, and hears of it before it waits.
      await checkTurn(ctx, memory.session, input);
      this.#line.admit(on_busy);
    }
    const place = new Place(ctx.newId('run'), on_busy, ctx.idempotency);
    const more = replaced === null ? [] : moveKey(ctx, replaced.id, place.run_id);
    const queued =
      onQueued !== null && this.#line.isBusy
        ? new QueuedRun(ctx, place.run_id, memory.session, input, more)
        : null;
    try {
      const turn = this.#line.enter(place);
      if (queued === null) await turn;
      else await queued.wait(turn, () => onQueued?.(place.run_id, false));
      return await this.#answer(
        queued?.ctx ?? ctx,
        memory.session,
        input,
        place,
        queued === null ? more : [],
      );
    } catch (error) {
      await queued?.close(error);
      place.run.reject(error);
      this.#line.leave(place);
      throw error;
    }
  }

  /** The turn of a place whose time has come. */
  async #answer(
    ctx: Ctx,
    session: SessionRow,
    input: TurnInput,
    place: Place,
    more: readonly Statement[],
  ): Promise<LiveRun> {
    const forgotten = this.#forgotten;
    const slot = await admitRun(ctx, place.run_id, session);
    const turn = await this.#begin(ctx, session.id, input, place.run_id, more).catch(
      async (error: unknown) => {
        await slot?.release();
        throw error;
      },
    );
    const source = slot === null ? runTurn(ctx, turn) : slot.during(runTurn(ctx, turn));
    const live = new LiveRun(place.run_id, turn.events, turn.cancel, source, (events) =>
      this.#hooks.save(ctx, turn, events),
    );
    place.begin(live);
    ctx.defer(live.ended.finally(() => this.#end(place, turn, forgotten)));
    return live;
  }

  /** `forgotten`: how often the line had been told to forget when the turn began. */
  #end(place: Place, turn: Turn, forgotten: number): void {
    this.#memory = forgotten === this.#forgotten ? memoryAfter(turn) : null;
    void this.#hooks.ended();
    this.#line.leave(place);
  }

  async #begin(
    ctx: Ctx,
    session_id: string,
    input: TurnInput,
    run_id: string,
    more: readonly Statement[],
  ): Promise<Turn> {
    let asked = this.#memory === null ? input : withoutCreate(input);
    let memory = await this.#remember(ctx, session_id, asked);
    for (let reads = 0; ; reads += 1) {
      try {
        return await startTurn(ctx, memory, asked, run_id, more);
      } catch (error) {
        if (!(error instanceof StaleMemory)) throw error;
      }
      if (reads === maxReads)
        throw new Failure('agent_archived', 'The agent is archived: restore it to go on.');
      const stored = await this.#readStored(ctx, session_id, asked);
      if (stored !== null) asked = withoutCreate(asked);
      memory = stored ?? memory;
      refuse(ctx, memory);
      const { active_run_id } = memory.session;
      if (active_run_id === null) continue;
      // There is one host, and it is not answering: the run was an earlier life's.
      await this.#hooks.recover(ctx, active_run_id);
      memory = await this.#read(ctx, session_id, input.version);
    }
  }

  async #remember(ctx: Ctx, session_id: string, { version, create }: TurnInput): Promise<Memory> {
    if (this.#memory !== null) return this.#memory;
    // The batch that makes it reads the version.
    if (create !== undefined) return { session: create, version: null, path: [] };
    this.#reading ??= this.#read(ctx, session_id, version).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** null for a session that is yet to be made. */
  async #readStored(
    ctx: Ctx,
    session_id: string,
    { create, version }: TurnInput,
  ): Promise<Memory | null> {
    if (create === undefined || create.kind === 'chat')
      return this.#read(ctx, session_id, version).catch((error: unknown) => {
        if (create !== undefined && error instanceof Failure && error.code === 'not_found')
          return null;
        throw error;
      });
    return null;
  }

  async #read(ctx: Ctx, session_id: string, version: string | null): Promise<Memory> {
    this.#memory = await readMemory(ctx, session_id, version);
    return this.#memory;
  }
}

/** For a session that has been made meanwhile. */
const withoutCreate = ({ create: _, ...input }: TurnInput): TurnInput => input;

const needsChecks = ({ version, attachments, draft }: TurnInput): boolean =>
  (version !== null && draft === undefined) || (attachments?.length ?? 0) > 0;

/** What else than the state of the session may be wrong with a request. Throws `validation_failed`, and `conflict` for an attachment that is not ready. */
async function checkTurn(ctx: Ctx, session: SessionRow, input: TurnInput): Promise<void> {
  if (input.version !== null && input.draft === undefined) {
    const row = await selectVersionOfSession(
      ctx.db,
      ctx.workspace_id,
      session.id,
      input.version,
    ).get();
    refuse(ctx, { session, version: row === undefined ? null : toTurnVersion(row) });
  }
  await takeAttachments(ctx, session, '', input);
}

/** What is known once a turn is over; null where its end may not have been stored. */
function memoryAfter(turn: Turn): Memory | null {
  const { answer, is_stored } = turn.outcome;
  if (!is_stored || (answer === null && turn.former_head !== undefined)) return null;
  const { session, user, version } = turn;
  const message_seq = session.message_seq + (answer === null ? 0 : 1);
  return {
    session: {
      ...session,
      message_seq,
      head_id: answer?.id ?? user.id,
      active_run_id: null,
      active_run_until: 0,
    },
    version,
    path: pathAfter(turn),
  };
}

/** The run that the request's key stands for, if it does. Throws what else a used key means. */
async function keyOfRun(ctx: Ctx): Promise<KeyOfRun | null> {
  try {
    await throwIfAnswered(ctx);
    return null;
  } catch (error) {
    if (error instanceof KeyOfRun) return error;
    throw error;
  }
}
