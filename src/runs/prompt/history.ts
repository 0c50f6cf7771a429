import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { estimateTokens } from '../../shared/tokens.ts';

export interface HistoryMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** The messages that a model reads in place of the text. */
  readonly prompt?: readonly LanguageModelV4Message[] | null;
  /** Absent in a history that the caller sent, as is the run. */
  readonly id?: string;
  readonly run_id?: string;
  /** Set for a message that a person has written in place of the agent. */
  readonly author?: object | null;
  /** The number of messages of its branch up to it; counted where it is absent. */
  readonly depth?: number;
}

/** A summary of a branch up to and including one message. */
export interface Summary {
  readonly version: number;
  readonly covers_message_id: string;
  readonly covers_depth: number;
  readonly text: string;
  readonly tokens: number;
}

/** Estimated tokens of a prompt besides its history. */
export interface Load {
  readonly instructions: number;
  readonly question: number;
  readonly passages: number;
  readonly attachments: number;
  readonly facts: number;
}

export interface Limits {
  /** Maximum tokens of history of the version. */
  readonly window_tokens: number;
  /** Summaries are used. */
  readonly summary: boolean;
  /** The context window of the model; null where it is not known. */
  readonly context_window: number | null;
  readonly max_output_tokens: number | null;
}

/** The context of the model. The counts add up to all messages before the question. */
export interface RunContext {
  readonly messages: {
    /** Sent verbatim. */
    readonly included: number;
    /** Covered by the summary. */
    readonly summarized: number;
    /** Neither sent nor summarized. */
    readonly omitted: number;
    readonly first_message_id: string | null;
  };
  readonly summary: Pick<Summary, 'version' | 'covers_message_id' | 'tokens'> | null;
  /** The ids of the facts about the end user. */
  readonly memories: readonly string[];
  /** Estimated; `budget` is the limit of history and summary together. */
  readonly tokens: Load & { readonly history: number; readonly budget: number };
}

export interface Context {
  readonly messages: readonly HistoryMessage[];
  readonly summary: string | null;
  readonly context: RunContext;
}

/** Tokens of a message besides its text: role and separators. */
const perMessage = 4;
/** Share of a context window that is used; the rest is for the error of the estimate, and for tools. */
const usable = 0.9;
/** Tokens reserved for the answer where the version sets no limit. */
const answerReserve = 4096;

export const tokensOf = ({ text, prompt }: Pick<HistoryMessage, 'text' | 'prompt'>): number =>
  estimateTokens(prompt == null ? text : JSON.stringify(prompt)) + perMessage;

/** Returns true if a conversation may begin with the message: tool results need their call before them. */
const mayBegin = ({ role, prompt }: HistoryMessage): boolean =>
  role === 'user' && prompt?.[0]?.role !== 'tool';

const sum = (messages: readonly HistoryMessage[]) =>
  messages.reduce((total, message) => total + tokensOf(message), 0);

/**
 * Returns the newest messages that fit into `budget` estimated tokens, oldest first. The window begins with a message
 * of the user, as providers require, and messages are never cut.
 */
export function windowOf(messages: readonly HistoryMessage[], budget: number): HistoryMessage[] {
  let left = budget;
  let first = messages.length;
  while (first > 0) {
    left -= tokensOf(messages[first - 1] as HistoryMessage);
    if (left < 0) break;
    first -= 1;
  }
  while (first < messages.length && !mayBegin(messages[first] as HistoryMessage)) first += 1;
  return messages.slice(first);
}

/** Tokens available for history: the limit of the version, or what the model's context window leaves. */
export function historyBudget(
  { window_tokens, context_window, max_output_tokens }: Limits,
  load: Load,
): number {
  if (context_window === null) return window_tokens;
  const answer = max_output_tokens ?? Math.min(answerReserve, Math.floor(context_window / 4));
  const used = Object.values(load).reduce((total, tokens) => total + tokens, 0);
  const room = Math.floor(context_window * usable) - answer - used;
  return Math.max(0, Math.min(window_tokens, room));
}

/**
 * Selects the history that a model is given, and counts it. `branch` is the end of the branch before the question,
 * oldest first. Messages covered by the summary are not sent again; those neither sent nor covered count as omitted.
 */
export function contextOf(
  branch: readonly HistoryMessage[],
  newest: Summary | null,
  limits: Limits,
  load: Load,
  memories: readonly string[] = [],
): Context {
  const budget = historyBudget(limits, load);
  const total = lengthOf(branch);
  const summary =
    limits.summary && newest !== null && newest.tokens <= budget && isOf(newest, branch)
      ? newest
      : null;
  const summarized = summary?.covers_depth ?? 0;
  const messages = windowOf(uncovered(branch, summarized), budget - (summary?.tokens ?? 0));
  return {
    messages,
    summary: summary?.text ?? null,
    context: {
      messages: {
        included: messages.length,
        summarized,
        omitted: total - summarized - messages.length,
        first_message_id: messages[0]?.id ?? null,
      },
      summary:
        summary === null
          ? null
          : {
              version: summary.version,
              covers_message_id: summary.covers_message_id,
              tokens: summary.tokens,
            },
      memories,
      tokens: { ...load, history: sum(messages), budget },
    },
  };
}

const lengthOf = (branch: readonly HistoryMessage[]): number =>
  branch.at(-1)?.depth ?? branch.length;

/** Returns the messages of a branch after a depth. */
function uncovered(branch: readonly HistoryMessage[], depth: number): readonly HistoryMessage[] {
  const before = lengthOf(branch) - branch.length;
  return branch.slice(Math.max(0, depth - before));
}

/**
 * Returns true if a summary covers this branch. A summary of another branch diverges before its
 * last message.
 */
function isOf(
  { covers_depth, covers_message_id }: Summary,
  branch: readonly HistoryMessage[],
): boolean {
  const total = lengthOf(branch);
  if (covers_depth > total) return false;
  const at = branch[covers_depth - (total - branch.length) - 1];
  return at === undefined || at.id === covers_message_id;
}

/**
 * Returns the message up to which a conversation should be folded into the summary after a turn;
 * null while all of it fits. Half of the budget stays verbatim, so that folding is not needed in
 * every turn. `branch` ends with the answer; `covered` is the depth that the summary covers
 * already.
 */
export function foldOf(
  branch: readonly HistoryMessage[],
  covered: number,
  budget: number,
): (HistoryMessage & { depth: number }) | null {
  const loose = uncovered(branch, covered);
  const total = lengthOf(branch);
  const isComplete = loose.length === total - covered;
  if (budget <= 0 || (isComplete && sum(loose) <= budget)) return null;
  // Short messages reach the maximum number before the budget: then the older half is folded.
  const half = windowOf(
    isComplete ? loose : loose.slice(Math.ceil(loose.length / 2)),
    Math.floor(budget / 2),
  );
  const kept = half.length > 0 || !isComplete ? half : windowOf(loose.slice(-2), budget);
  const last = loose[loose.length - kept.length - 1];
  return last === undefined ? null : { ...last, depth: total - kept.length };
}
