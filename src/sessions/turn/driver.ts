import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  type ActiveRun,
  type HostPort,
  isOpen,
  isWaiting,
  type RunDriver,
  type RunRow,
  type RunSource,
  type RunTerms,
  refuseMissing,
  selectRun,
  toRunVersion,
  waitingRun,
} from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { takeAttachments } from '../attachments/send.ts';
import { authorizeSession } from '../authorize-session.ts';
import { leaveToPerson } from '../hand-over/leave-to-person.ts';
import { insertQueuedRun, selectVersionOfSession } from '../store/runs.ts';
import { closeInterruptedTurn } from './close-interrupted.ts';
import { StaleSessionError } from './commit-start.ts';
import { restoreTurn } from './restore-turn.ts';
import { readSessionState, type SessionState } from './session-state.ts';
import { runOf, startTurn } from './start-turn.ts';
import { sessionStateAfter, type Turn } from './turn.ts';
import { type HostedTurn, type TurnInput, turnKind, withoutCreate } from './turn-input.ts';

/** Maximum number of times that a session which differs from the cached one is read again. */
const maxReads = 3;

/** The driver of turns. The host of a session caches what its next turn needs. */
export const turnDriver: RunDriver<HostedTurn> = {
  kind: turnKind,
  owns: ({ session_id }) => session_id !== null,
  open: (host) => new TurnSource(host),
  closeInterrupted: closeInterruptedTurn,
  restore: restoreTurn,
};

/** Starts the turns of one session, and caches its state between them. */
class TurnSource implements RunSource<HostedTurn> {
  readonly #host: HostPort;
  #state: SessionState | null = null;
  #reading: Promise<SessionState> | null = null;
  /** Counts invalidations: the state after a turn that began before one is not cached. */
  #invalidations = 0;
  readonly #begunAt = new WeakMap<ActiveRun, { readonly at: number; readonly turn: Turn }>();

  constructor(host: HostPort) {
    this.#host = host;
  }

  async open(ctx: Ctx, { session_id, input }: HostedTurn): Promise<RunTerms> {
    const { session } = await this.#cached(ctx, session_id, input);
    if (input.create === undefined) authorizeSession(ctx, [session]);
    const { active_run_id } = session;
    return { on_busy: input.on_busy ?? session.on_busy, caller: session, active_run_id };
  }

  async check(ctx: Ctx, { session_id, input }: HostedTurn): Promise<void> {
    const { version, attachments, draft } = input;
    const namesVersion = version !== null && draft === undefined;
    if (!namesVersion && (attachments?.length ?? 0) === 0) return;
    const { session } = await this.#cached(ctx, session_id, input);
    if (namesVersion) {
      const { db, workspace_id } = ctx;
      const row = await selectVersionOfSession(db, workspace_id, session.id, version).get();
      refuse(ctx, { session, version: row === undefined ? null : toRunVersion(row) });
    }
    await takeAttachments(ctx, session, '', input);
  }

  newRunId(ctx: Ctx, { input }: HostedTurn): string {
    return input.run_id ?? ctx.newId('run');
  }

  async queued(ctx: Ctx, { session_id, input }: HostedTurn, run_id: string): Promise<Statement[]> {
    const { session } = await this.#cached(ctx, session_id, input);
    const run = runOf(ctx, session, run_id, input);
    return [insertQueuedRun(ctx.db, run, session, input.version)];
  }

  async begin(
    ctx: Ctx,
    { session_id, input }: HostedTurn,
    run_id: string,
    more: readonly Statement[],
  ): Promise<ActiveRun> {
    const at = this.#invalidations;
    const turn = await this.#start(ctx, session_id, input, run_id, more);
    this.#begunAt.set(turn, { at, turn });
    return turn;
  }

  ended(active: ActiveRun): void {
    const begun = this.#begunAt.get(active);
    this.#state = begun?.at === this.#invalidations ? sessionStateAfter(begun.turn) : null;
  }

  invalidate(): void {
    this.#state = null;
    this.#invalidations += 1;
  }

  async retry(
    ctx: Ctx,
    { session_id, input }: HostedTurn,
    run: RunRow | undefined,
  ): Promise<HostedTurn | null> {
    const hasFailed = run?.status === 'failed' || run?.status === 'interrupted';
    // A run that was sent with a new session is started again with another new session.
    if (run?.session_id !== session_id)
      return input.create !== undefined && hasFailed ? { session_id, input } : null;
    if (isWaiting(run)) return null;
    if (isOpen(run)) await this.#host.recover(ctx, run.id);
    const state = await this.#read(ctx, session_id, input.version);
    if (!hasFailed && !isOpen(run)) return null;
    // It was queued, and its message was never stored.
    if (run.input_message_id === null) return { session_id, input };
    // The client has to send a message again that has been followed by others.
    const canFollow =
      input.text === null ||
      state.path.findLast(({ role }) => role === 'user')?.id === run.input_message_id;
    if (!canFollow) return null;
    const again = { ...withoutCreate(input), text: null, parent_id: run.input_message_id };
    return { session_id, input: again };
  }

  async #start(
    ctx: Ctx,
    session_id: string,
    given: TurnInput,
    run_id: string,
    more: readonly Statement[],
  ): Promise<Turn> {
    let input = this.#state === null ? given : withoutCreate(given);
    let state = await this.#cached(ctx, session_id, input);
    for (let reads = 0; ; reads += 1) {
      try {
        if (state.session.handled_by === 'human') {
          const left = await leaveToPerson(ctx, state, input);
          this.#state = null;
          throw left;
        }
        return await startTurn(ctx, state, input, run_id, more);
      } catch (error) {
        if (!(error instanceof StaleSessionError)) throw error;
      }
      if (input.run_id !== undefined) await refuseStarted(ctx, run_id);
      if (reads === maxReads)
        throw new Failure(
          'agent_archived',
          'The agent is archived. Restore it to continue the session.',
        );
      const stored = await this.#readStored(ctx, session_id, input);
      if (stored !== null) input = withoutCreate(input);
      state = stored ?? state;
      refuse(ctx, state);
      const { active_run_id } = state.session;
      if (active_run_id === null) continue;
      // The only host of the session is idle, so the run belongs to an earlier instance of it.
      await this.#host.recover(ctx, active_run_id);
      state = await this.#read(ctx, session_id, given.version);
      if (state.session.active_run_id === active_run_id) throw waitingRun(active_run_id);
    }
  }

  async #cached(
    ctx: Ctx,
    session_id: string,
    { version, create }: Pick<TurnInput, 'version' | 'create'>,
  ): Promise<SessionState> {
    if (this.#state !== null) return this.#state;
    // The batch that creates the session reads the version.
    if (create !== undefined)
      return { session: create, version: null, requested: undefined, path: [] };
    this.#reading ??= this.#read(ctx, session_id, version).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Returns null for a session that does not exist yet. */
  async #readStored(
    ctx: Ctx,
    session_id: string,
    { create, version }: TurnInput,
  ): Promise<SessionState | null> {
    return this.#read(ctx, session_id, version).catch((error: unknown) => {
      if (create !== undefined && error instanceof Failure && error.code === 'not_found')
        return null;
      throw error;
    });
  }

  async #read(ctx: Ctx, session_id: string, version: string | null): Promise<SessionState> {
    this.#state = await readSessionState(ctx, session_id, version);
    return this.#state;
  }
}

/** Throws `conflict` for a run that has begun. */
async function refuseStarted(ctx: Ctx, run_id: string): Promise<void> {
  const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
  if (run !== undefined && run.status !== 'queued')
    throw new Failure('conflict', 'The run has already started.');
}

/** Throws when a session takes no message: it is archived or expired, or its version or form values are missing. */
function refuse(ctx: Ctx, { session, version }: Pick<SessionState, 'session' | 'version'>): void {
  if (session.archived_at !== null) throw new Failure('session_closed', 'The session is archived.');
  if (session.expires_at !== null && session.expires_at <= ctx.now())
    throw new Failure('session_closed', 'The session has expired.');
  if (version === null) throw invalid('/version', 'The version of this session does not exist.');
  refuseMissing(version.config.inputs, session.inputs);
}
