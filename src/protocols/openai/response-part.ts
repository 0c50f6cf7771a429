import type { Message, Run, RunAction, RunEvent, RunRow, Waits } from '../../runs/index.ts';
import { toApprovalRequestId } from './ids.ts';
import type { OutputApproval } from './response-object-schema.ts';
import { serverLabel } from './schema.ts';

/**
 * The part of a run that a response shows. Each response but the last ends where the run waits for approvals; the next
 * one follows from the decisions.
 */
export interface Part {
  /** Its number, from 0. */
  readonly index: number;
  /** The answer at the end of the part before it; null for the first part. */
  readonly before: Message | null;
}

export const firstPart: Part = { index: 0, before: null };

export const partAt = (waits: Waits | null, index: number): Part => ({
  index,
  before: waits?.messages[index - 1] ?? null,
});

/** Returns the text that a part adds to the answer. */
export const textOfPart = (text: string, before: string): string =>
  text.startsWith(before) ? text.slice(before.length).trimStart() : text;

/** Returns the offset of the text of a part in the answer. */
export const offsetOf = ({ text }: Pick<Message, 'text'>, { before }: Part): number =>
  text.length - textOfPart(text, before?.text ?? '').length;

/** Returns the calls that wait for approval as output items. */
export const approvalsOf = (
  run: { readonly required_actions: Run['required_actions'] } | null,
): OutputApproval[] =>
  (run?.required_actions ?? []).flatMap((action) =>
    action.type === 'approval'
      ? [
          {
            type: 'mcp_approval_request' as const,
            id: toApprovalRequestId(action.approval_id),
            server_label: serverLabel,
            name: action.tool_name,
            arguments: JSON.stringify(action.input ?? {}),
          },
        ]
      : [],
  );

/** Returns the ids of the requests that a run waits for, as text. */
export const pendingOf = (
  { required_actions }: Pick<RunRow, 'required_actions'>,
  decided: readonly Pick<RunAction, 'tool_call_id'>[] = [],
): string =>
  approvalsOf({
    required_actions: (required_actions ?? []).filter(
      (one) => !decided.some((it) => it.tool_call_id === one.tool_call_id),
    ),
  })
    .map(({ id }) => id)
    .join(', ');

/** Finds the events of one part in those of its run. */
export class PartCursor {
  readonly #index: number;
  #current = 0;
  #before: Message | null = null;
  #isDone = false;

  constructor(index: number) {
    this.#index = index;
  }

  get part(): Part {
    return { index: this.#index, before: this.#before };
  }

  /** Returns true for an event of the part. All events of the run have to be passed, in order. */
  admits(event: RunEvent): boolean {
    if (event.type === 'resume') this.#current += 1;
    if (this.#isDone) return false;
    // A run without stored events has only the last one.
    const isOwn =
      this.#current === this.#index || (this.#current < this.#index && isTerminal(event));
    if (event.type === 'requires-action') {
      if (isOwn) this.#isDone = true;
      else if (this.#current === this.#index - 1) this.#before ??= event.message;
    }
    return isOwn;
  }
}

const isTerminal = ({ type }: RunEvent): boolean => type === 'finish' || type === 'error';
