import type { Round, Script, ToolCall } from './script.ts';

/** What a model that means harm asks for (security.md R42). Each gives in at the end, unless it never does. */

const call = (name: string, given: unknown, index = 0): ToolCall => ({
  id: `call_${name}_${index}`,
  name,
  arguments: given,
});

const giveUp: Round = { text: ['I give up.'] };

const once = (...tool_calls: ToolCall[]): Script => ({ rounds: [{ tool_calls }, giveUp] });

/** Tools that it was not given, or that nobody has. */
export const undeclaredTools = (...names: string[]): Script =>
  once(...names.map((name, index) => call(name, {}, index)));

/** One tool with each of these arguments in turn, all at once. A string goes out as it is, JSON or not. */
export const withArguments = (name: string, ...given: unknown[]): Script =>
  once(...given.map((value, index) => call(name, value, index)));

export const hugeArguments = (name: string, field: string, characters: number): Script =>
  once(call(name, { [field]: 'x'.repeat(characters) }));

/** Calls the tool and never stops. */
export const endlessLoop = (name: string, given: unknown): Script => ({
  rounds: [{ text: ['Again. '], tool_calls: [call(name, given)] }],
  repeat: true,
});

export const parallelCalls = (
  name: string,
  count: number,
  given: (index: number) => unknown,
): Script => once(...Array.from({ length: count }, (_, index) => call(name, given(index), index)));

/** Several calls under one id. */
export const sameId = (name: string, ...given: unknown[]): Script =>
  once(...given.map((value) => ({ id: 'call_same', name, arguments: value })));
