import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { estimateTokens } from '../../shared/tokens.ts';

export interface HistoryMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** What a model reads in place of the text. */
  readonly prompt?: readonly LanguageModelV4Message[] | null;
  /** Absent where the caller brought the history along. */
  readonly id?: string;
  /** How many messages its branch has up to it; counted where it is absent. */
  readonly depth?: number;
}

/** What of a branch was told shortly: everything up to and with one message. */
export interface Summary {
  readonly version: number;
  readonly covers_message_id: string;
  readonly covers_depth: number;
  readonly text: string;
  readonly tokens: number;
}

/** What a turn carries besides its history, in estimated tokens. */
export interface Load {
  readonly instructions: number;
  readonly question: number;
  readonly passages: number;
  readonly attachments: number;
}

export interface Limits {
  /** Tokens of history that the version allows. */
  readonly window_tokens: number;
  /** Whether summaries are used. */
  readonly summary: boolean;
  /** Of the model; null where nobody knows it. */
  readonly context_window: number | null;
  readonly max_output_tokens: number | null;
}

/** What the model was given of the conversation: the counts add up to all messages before the question. */
export interface RunContext {
  readonly messages: {
    /** Word for word. */
    readonly included: number;
    /** Told by the summary. */
    readonly summarized: number;
    /** Neither. */
    readonly omitted: number;
    readonly first_message_id: string | null;
  };
  readonly summary: Pick<Summary, 'version' | 'covers_message_id' | 'tokens'> | null;
  /** Estimated; `budget` is what there was for history and summary together. */
  readonly tokens: Load & { readonly history: number; readonly budget: number };
}

export interface Context {
  readonly messages: readonly HistoryMessage[];
  readonly summary: string | null;
  readonly context: RunContext;
}

/** Tokens a message costs besides its text: role and separators. */
const perMessage = 4;
/** Of a model's context; the rest is for what the estimate is wrong by, and for tools. */
const usable = 0.9;
/** Kept for the answer where the version does not say how long it may be. */
const answerReserve = 4096;

export const tokensOf = ({ text, prompt }: Pick<HistoryMessage, 'text' | 'prompt'>): number =>
  estimateTokens(prompt == null ? text : JSON.stringify(prompt)) + perMessage;

/** A conversation may begin with it: results need the call before them. */
const mayBegin = ({ role, prompt }: HistoryMessage): boolean =>
  role === 'user' && prompt?.[0]?.role !== 'tool';

const sum = (messages: readonly HistoryMessage[]) =>
  messages.reduce((total, message) => total + tokensOf(message), 0);

/**
 * The newest messages that fit into `budget` estimated tokens, oldest first. It begins with a user's
 * message, as providers ask; a message goes in whole or not at all.
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

/** Tokens there are for history: what the version allows, and no more than the model has left. */
export function historyBudget(
  { window_tokens, context_window, max_output_tokens }: Limits,
  load: Load,
): number {
  if (context_window === null) return window_tokens;
  const answer = max_output_tokens ?? Math.min(answerReserve, Math.floor(context_window / 4));
  const { instructions, question, passages, attachments } = load;
  const room =
    Math.floor(context_window * usable) - answer - instructions - question - passages - attachments;
  return Math.max(0, Math.min(window_tokens, room));
}

/**
 * What a model is given of a conversation, and an account of it. `branch` is the end of the branch
 * before the question, oldest first. What the summary covers is not sent again; what is neither
 * sent nor covered is counted as omitted.
 */
export function contextOf(
  branch: readonly HistoryMessage[],
  newest: Summary | null,
  limits: Limits,
  load: Load,
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
      tokens: { ...load, history: sum(messages), budget },
    },
  };
}

const lengthOf = (branch: readonly HistoryMessage[]): number =>
  branch.at(-1)?.depth ?? branch.length;

/** The messages of a branch after a depth. */
function uncovered(branch: readonly HistoryMessage[], depth: number): readonly HistoryMessage[] {
  const before = lengthOf(branch) - branch.length;
  return branch.slice(Math.max(0, depth - before));
}

/** Whether a summary is of this branch: one that left before its last message is another conversation. */
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
 * Up to which message the conversation should be folded into the summary once a turn is over; null
 * while all of it fits. Half of the budget stays word for word, so that it is not folded every turn.
 * `branch` goes up to the answer; `covered` is the depth that the summary covers already.
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
  // Short messages are too many before they are too long: then the older half of them goes.
  const half = windowOf(
    isComplete ? loose : loose.slice(Math.ceil(loose.length / 2)),
    Math.floor(budget / 2),
  );
  const kept = half.length > 0 || !isComplete ? half : windowOf(loose.slice(-2), budget);
  const last = loose[loose.length - kept.length - 1];
  return last === undefined ? null : { ...last, depth: total - kept.length };
}
