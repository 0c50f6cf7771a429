import type { Ctx } from '../../platform/context.ts';
import type { EndedRun, NewAnswer, RunStorage } from '../active-run.ts';
import { answerOfContent, answerRun, type NewRunContent } from '../store/contents.ts';
import type { AnyMessageRow } from '../store/messages.ts';
import { type RunRow, renewRunRow } from '../store/runs.ts';

/** Stores the end of a one-off run: its answer beside its question. */
export class OneOffStorage implements RunStorage {
  readonly conflict = 'run_contents.answer';
  readonly #ctx: Ctx;
  readonly #run: RunRow;
  readonly #content: NewRunContent;

  constructor(ctx: Ctx, run: RunRow, content: NewRunContent) {
    this.#ctx = ctx;
    this.#run = run;
    this.#content = content;
  }

  renew(until: number) {
    return [renewRunRow(this.#ctx.db, this.#run, until)];
  }

  hold() {
    return [];
  }

  snapshot() {
    return {};
  }

  answerRow({ text, prompt, citations }: NewAnswer): AnyMessageRow {
    return answerOfContent(this.#run, {
      ...this.#content,
      ...{ answer: text, answer_prompt: prompt, citations },
      answered_at: this.#ctx.now(),
    });
  }

  end({ answer }: EndedRun) {
    if (answer === null) return { before: [], after: [], jobs: [] };
    const { db, workspace_id } = this.#ctx;
    const { text, citations, prompt, created_at } = answer;
    const row = { answer: text, citations, answer_prompt: prompt, answered_at: created_at };
    return { before: [answerRun(db, workspace_id, this.#run.id, row)], after: [], jobs: [] };
  }

  stored(): void {
    // A one-off run has no cache.
  }
}
