import type { CaseContent, ExpectedToolCall } from '../datasets/case.ts';
import type { Observed, ObservedToolCall } from './observed.ts';
import { outOf, quoteList } from './reasons.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement } from './score-result.ts';

/** Scores the calls of tools against the expected ones. Expected arguments are a subset of those of the call. */
export function scoreToolCalled(
  { calls, in_order, allow_others }: ScorerOf<'tool_called'>,
  { expected }: CaseContent,
  { tool_calls }: Observed,
): Measurement {
  const wanted: readonly ExpectedToolCall[] | undefined = calls ?? expected.tool_calls;
  if (wanted === undefined) return { score: null, reason: 'The case expects no tool calls.' };
  const isUnknown = wanted.some(
    (one) =>
      one.arguments !== undefined &&
      tool_calls.some((call) => call.name === one.name && call.arguments === null),
  );
  if (isUnknown)
    return { score: null, reason: 'The arguments were not recorded: content logging is off.' };
  if (wanted.length === 0)
    return tool_calls.length === 0
      ? { score: 1, reason: 'No tool was called.' }
      : {
          score: 0,
          reason: `No call was expected, and ${quoteList(tool_calls.map(({ name }) => name))} called.`,
        };
  const matched = in_order ? longestOrder(wanted, tool_calls) : mostPairs(wanted, tool_calls);
  const all = allow_others ? wanted.length : Math.max(wanted.length, tool_calls.length);
  const others = allow_others ? '' : ` among ${tool_calls.length} calls`;
  return {
    score: matched / all,
    reason: `${outOf(matched, wanted.length)} expected calls were made${others}${in_order ? ' in order' : ''}.`,
  };
}

const fits = (wanted: ExpectedToolCall, call: ObservedToolCall): boolean =>
  wanted.name === call.name &&
  (wanted.arguments === undefined || isSubset(wanted.arguments, call.arguments));

/** Objects may have more fields; lists have the same length and order. */
function isSubset(wanted: unknown, given: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(given) &&
      given.length === wanted.length &&
      wanted.every((value, index) => isSubset(value, given[index]))
    );
  if (wanted === null || typeof wanted !== 'object') return Object.is(wanted, given);
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return false;
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(given, key) && isSubset(value, (given as never)[key]),
  );
}

/** The length of the longest common subsequence. */
function longestOrder(
  wanted: readonly ExpectedToolCall[],
  calls: readonly ObservedToolCall[],
): number {
  let row = new Array<number>(calls.length + 1).fill(0);
  for (const one of wanted) {
    const next = [0];
    for (const [index, call] of calls.entries())
      next.push(
        fits(one, call) ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The size of a maximum matching, by augmenting paths: an expected call without arguments must not take the only call that fits another. */
function mostPairs(
  wanted: readonly ExpectedToolCall[],
  calls: readonly ObservedToolCall[],
): number {
  const takenBy = new Map<number, number>();
  const place = (at: number, tried: Set<number>): boolean =>
    calls.some((call, index) => {
      const one = wanted[at];
      if (one === undefined || tried.has(index) || !fits(one, call)) return false;
      tried.add(index);
      const owner = takenBy.get(index);
      if (owner !== undefined && !place(owner, tried)) return false;
      takenBy.set(index, at);
      return true;
    });
  return wanted.filter((_, at) => place(at, new Set())).length;
}
