import type { Round, Script, ToolCall } from './script.ts';

/** Scripts of a malicious model (security.md R42). Each ends with a plain answer, except the endless one. */

const call = (name: string, given: unknown, index = 0): ToolCall => ({
  id: `call_${name}_${index}`,
  name,
  arguments: given,
});

const finalAnswer: Round = { text: ['I am done.'] };

const once = (...tool_calls: ToolCall[]): Script => ({ rounds: [{ tool_calls }, finalAnswer] });

/** Calls tools that it was not given or that do not exist. */
export const undeclaredTools = (...names: string[]): Script =>
  once(...names.map((name, index) => call(name, {}, index)));

/** Calls one tool with each of these arguments, in parallel. A string is sent unchanged, valid JSON or not. */
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
