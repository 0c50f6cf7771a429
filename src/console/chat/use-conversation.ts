import { useEffect, useState, useSyncExternalStore } from 'react';
import { Problem, type RequiredApproval } from '../../client/index.ts';
import { client } from '../api/api.ts';
import { readOwn, useOwnKey, writeOwn } from '../ui/own-storage.ts';
import { decideCalls, followRun, joinRun } from './follow.ts';
import { emptyAnswer, type LiveAnswer } from './live-answer.ts';

/** A question and its answer, as far as it is there. */
export interface Turn {
  readonly id: string;
  readonly question: string;
  readonly answer: LiveAnswer;
  /** Why the question was refused. */
  readonly problem: Problem | null;
}

/** Keeps the turns of a conversation for the next visit. */
type Keep = (turns: readonly Turn[]) => void;

interface State {
  readonly turns: readonly Turn[];
  readonly isBusy: boolean;
}

/** Starts the run of a question. With the same key, it joins the run that was started before. */
export type OpenRun = (question: string, before: readonly Turn[], key: string) => Promise<Response>;

/** A conversation that is not stored, such as the preview of a draft. */
export class Conversation {
  open: OpenRun;
  #state: State = { turns: [], isBusy: false };
  #run: string | null = null;
  /** Answers of a conversation that was left or begun anew are dropped. */
  #epoch = 0;
  #isStopped = false;
  readonly #listeners = new Set<() => void>();

  readonly #keep: Keep;

  constructor(open: OpenRun, turns: readonly Turn[], keep: Keep) {
    this.open = open;
    this.#state = { turns, isBusy: false };
    this.#keep = keep;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): State => this.#state;

  #set(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  send(question: string): Promise<void> {
    return this.#ask(question, this.#state.turns);
  }

  /** Asks questions in a new conversation, one after the other, until it is stopped. */
  async sendAll(questions: readonly string[]): Promise<void> {
    this.restart();
    const own = this.#epoch;
    this.#isStopped = false;
    for (const question of questions) {
      if (own !== this.#epoch || this.#isStopped) return;
      await this.send(question);
    }
  }

  /** Follows an answer that was on its way when the conversation was left. */
  async resume(): Promise<void> {
    const last = this.#state.turns.at(-1);
    if (last?.answer.status !== 'streaming' || last.problem !== null) return;
    const before = this.#state.turns.slice(0, -1);
    const { run_id } = last.answer;
    const start = () =>
      run_id === null ? this.open(last.question, before, last.id) : joinRun(run_id, 0);
    await this.#follow({ ...last, answer: emptyAnswer }, before, start);
  }

  /** The run goes on; another visit follows it. */
  leave(): void {
    this.#epoch += 1;
  }

  /** Asks the last question again, in place of its answer. */
  async repeat(): Promise<void> {
    const last = this.#state.turns.at(-1);
    if (last !== undefined) await this.#ask(last.question, this.#state.turns.slice(0, -1));
  }

  async #ask(question: string, before: readonly Turn[]): Promise<void> {
    if (this.#state.isBusy) return;
    const key = crypto.randomUUID();
    const turn: Turn = { id: key, question, answer: emptyAnswer, problem: null };
    await this.#follow(turn, before, () => this.open(question, before, key));
  }

  /** Decides about the calls that the last answer waits for. */
  async decide(decision: 'approve' | 'reject'): Promise<void> {
    const last = this.#state.turns.at(-1);
    const id = last?.answer.run_id ?? null;
    if (last === undefined || id === null || this.#state.isBusy) return;
    const calls = last.answer.required.filter(
      (one): one is RequiredApproval => one.type === 'approval',
    );
    const key = crypto.randomUUID();
    await this.#follow(last, this.#state.turns.slice(0, -1), () =>
      decideCalls(id, calls, decision, key),
    );
  }

  async #follow(turn: Turn, before: readonly Turn[], start: () => Promise<Response>) {
    const own = this.#epoch;
    let shown = { ...turn, problem: null as Problem | null };
    const show = (changes: Partial<Turn>, isBusy: boolean) => {
      shown = { ...shown, ...changes };
      if (own === this.#epoch) this.#set({ turns: [...before, shown], isBusy });
    };
    const keep = () => own === this.#epoch && this.#keep(this.#state.turns);
    show({}, true);
    keep();
    try {
      await followRun(
        start,
        (answer) => {
          const isNew = this.#run !== answer.run_id;
          this.#run = answer.run_id;
          show({ answer }, true);
          if (isNew) keep();
        },
        turn.answer,
      );
      show({}, false);
    } catch (error) {
      const problem = error instanceof Problem ? error : Problem.unreachable(error);
      show({ answer: { ...shown.answer, status: 'failed' }, problem }, false);
    } finally {
      if (own === this.#epoch) this.#run = null;
      keep();
    }
  }

  /** Cancels the run; its stream says how it ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const run = this.#run;
    if (run === null) return;
    await client
      .POST('/api/v1/runs/{run}/cancel', { params: { path: { run } } })
      .catch(() => undefined);
  }

  restart(): void {
    this.#epoch += 1;
    this.#run = null;
    this.#set({ turns: [], isBusy: false });
    this.#keep([]);
  }
}

/** The turns that were kept; a `Problem` loses its class there. */
const keptTurns = (key: string): readonly Turn[] =>
  (readOwn<readonly Turn[]>(key) ?? []).map((turn) => ({
    ...turn,
    problem: turn.problem && new Problem(turn.problem.status, turn.problem.details),
  }));

/** Returns a conversation of this component, with what it holds now. With a name, it is there again after reload and back. */
export function useConversation(
  open: OpenRun,
  name: string | null = null,
): State & { readonly conversation: Conversation } {
  const key = useOwnKey('chat', name ?? '');
  const [conversation] = useState(
    () =>
      new Conversation(
        open,
        name === null ? [] : keptTurns(key),
        (turns) => name !== null && writeOwn(key, turns.length === 0 ? null : turns),
      ),
  );
  useEffect(() => {
    conversation.open = open;
  });
  useEffect(() => {
    void conversation.resume();
    return () => conversation.leave();
  }, [conversation]);
  const state = useSyncExternalStore(conversation.subscribe, conversation.read);
  return { ...state, conversation };
}
