import type { Ctx } from '../../platform/context.ts';
import {
  type ActiveRun,
  type AnyMessageRow,
  type EndedRun,
  type NewAnswer,
  type RunStorage,
  type RunVersion,
  renewRunRow,
} from '../../runs/index.ts';
import { followUps } from '../background/jobs.ts';
import { skipUnlogged } from '../memories/extract.ts';
import { indexTurn } from '../search/index-turn.ts';
import { releaseSession, renewClaim } from '../store/claims.ts';
import { insertMessage, type MessageRow } from '../store/messages.ts';
import type { SessionRow } from '../store/sessions.ts';
import { appended, type SessionState } from './session-state.ts';

/** A turn that has begun: the session is claimed, the user's message and the run are stored. */
export interface Turn extends ActiveRun {
  readonly version: RunVersion;
  /** The request that the version was chosen by; undefined when that is not known. */
  readonly requested: string | null | undefined;
  readonly session: SessionRow;
  /** The number of the session in the keyword index when the turn began (search/index-store.ts). */
  readonly index_number: number | null;
  /** The message that is answered. */
  readonly user: MessageRow;
  /** The branch before that message. */
  readonly path: readonly MessageRow[];
  /** The head that the session returns to when no answer comes; undefined to stay at the question. */
  readonly former_head: string | null | undefined;
  /** Set once the end of the turn is stored. */
  readonly outcome: { is_stored: boolean; answer: MessageRow | null };
}

/** Stores the end of a turn in its session: the answer, the head, the index, and the jobs that follow. */
export class TurnStorage implements RunStorage {
  readonly conflict = 'messages.seq';
  readonly #ctx: Ctx;
  readonly #turn: () => Turn;

  /** `turn` is read when the turn ends: it refers to this object. */
  constructor(ctx: Ctx, turn: () => Turn) {
    this.#ctx = ctx;
    this.#turn = turn;
  }

  renew(until: number) {
    const { run } = this.#turn();
    return [renewRunRow(this.#ctx.db, run, until), renewClaim(this.#ctx.db, run, until)];
  }

  hold(until: number) {
    return [renewClaim(this.#ctx.db, this.#turn().run, until)];
  }

  snapshot() {
    const { former_head } = this.#turn();
    return former_head === undefined ? {} : { former_head };
  }

  answerRow(answer: NewAnswer): MessageRow {
    const { message_id, session, user, run } = this.#turn();
    return {
      id: message_id,
      workspace_id: this.#ctx.workspace_id,
      session_id: session.id,
      // Directly after the question: the run holds the session, so no other message comes between.
      seq: session.message_seq + 1,
      parent_id: user.id,
      depth: user.depth + 1,
      role: 'assistant',
      ...answer,
      attachments: [],
      run_id: run.id,
      author: null,
      created_at: this.#ctx.now(),
    };
  }

  end({ run, answer, progress }: EndedRun) {
    const { db } = this.#ctx;
    const turn = this.#turn();
    const row = answer === null ? null : inSession(turn, answer);
    const released =
      row === null
        ? { new_messages: 0 as const, ...formerHead(turn) }
        : { new_messages: 1 as const, head: row.id };
    const { statements, jobs } =
      row === null
        ? { statements: [], jobs: [] }
        : followUps(this.#ctx, endedTurn(turn, { run, answer, progress }, row));
    return {
      before: [
        ...(row === null ? [] : [insertMessage(db, row, 1)]),
        releaseSession(db, turn.run, this.#ctx.now(), released),
        ...indexTurn(db, turn, [...newQuestion(turn), ...(row === null ? [] : [row])]),
      ],
      after: [...statements, ...skipUnlogged(this.#ctx, { ...turn, memory: turn.config.memory })],
      jobs,
    };
  }

  stored(answer: AnyMessageRow | null): void {
    const turn = this.#turn();
    Object.assign(turn.outcome, {
      is_stored: true,
      answer: answer === null ? null : inSession(turn, answer),
    });
  }
}

const inSession = ({ session }: Turn, answer: AnyMessageRow): MessageRow => ({
  ...answer,
  session_id: session.id,
});

/** The turn as the background work that follows it needs it. */
const endedTurn = (turn: Turn, { run, progress }: EndedRun, answer: MessageRow) => ({
  session: turn.session,
  run,
  branch: [...turn.path, turn.user, answer],
  memory: turn.config.memory,
  user: turn.user,
  content_logging: turn.content_logging,
  budget: progress.context?.tokens.budget ?? turn.config.memory.window_tokens,
  covered: turn.prompt.summary?.covers_depth ?? 0,
  background_model: turn.version.background_model,
});

/** A question that is answered again has been indexed with its first answer. */
const newQuestion = ({ former_head, user }: Turn) => (former_head === undefined ? [user] : []);

const formerHead = ({ former_head }: Turn) =>
  former_head === undefined ? {} : { head: former_head };

/** Returns what is cached after a turn; null when its end may not have been stored. */
export function sessionStateAfter(turn: Turn): SessionState | null {
  const { answer, is_stored } = turn.outcome;
  if (!is_stored || (answer === null && turn.former_head !== undefined)) return null;
  const { session, user, version, requested, path } = turn;
  return {
    session: {
      ...session,
      message_seq: session.message_seq + (answer === null ? 0 : 1),
      head_id: answer?.id ?? user.id,
      active_run_id: null,
      active_run_until: 0,
    },
    version,
    requested,
    path: appended(path, version, user, ...(answer === null ? [] : [answer])),
  };
}
