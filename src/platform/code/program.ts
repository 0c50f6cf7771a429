import type { CodeError, CodeLanguage } from '../ports.ts';
import type { GuestOutcome } from './guest/host.ts';
import { type CodeEnd, outputLimits } from './output.ts';

/** The name of the code in stack traces. */
export const codeFile = 'code.js';

/**
 * Returns the code as the expression of an async function, its lines where they were. TypeScript loses its types. Throws
 * `SyntaxError` with the place, as `(line:column)`.
 */
export async function toFunction(code: string, language: CodeLanguage): Promise<string> {
  const program = `async () => {${code}\n}`;
  if (language === 'javascript') return program;
  const { transform } = await import('./strip-types.ts');
  return transform(program, { transforms: ['typescript'], disableESTransforms: true }).code;
}

/** Returns the error of code that does not parse. */
export function syntaxError(error: unknown): CodeError {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const [, line] = /\((\d+):\d+\)/.exec(message) ?? [];
  return {
    type: 'syntax',
    name: 'SyntaxError',
    message: message
      .replace(/^Error transforming [^:]*: /, '')
      .replace(/ ?\(\d+:\d+\)$/, '')
      .slice(0, 2000),
    line: line === undefined ? lineIn(stack) : Number(line),
  };
}

/** Returns the line of the code in a stack trace. */
export function lineIn(stack: string): number | null {
  const [, line] = /code\.js:(\d+)/.exec(stack) ?? [];
  return line === undefined ? null : Number(line);
}

/** Reads the outcome that left the sandbox. Whatever the code has made of it, nothing else is returned. */
export function readOutcome(json: string): CodeEnd {
  if (json.length > outputLimits.result + 20 && json.startsWith('{"result":'))
    return outputError(
      `The result has ${json.length} characters as JSON; at most ${outputLimits.result}. Return less, or write it to a file.`,
    );
  let outcome: GuestOutcome;
  try {
    outcome = JSON.parse(json);
  } catch {
    return outputError('The result is not JSON.');
  }
  if (!('error' in outcome)) {
    const result = storable(outcome.result ?? null, maxDepth);
    return result === undefined ? outputError('The result is nested too deeply.') : { result };
  }
  const { name, message, stack } = outcome.error;
  const isOutput = name === 'OutputError';
  return {
    error: {
      type: isOutput ? 'output' : 'exception',
      name: String(name).slice(0, 100).toWellFormed(),
      message: String(message).slice(0, 2000).toWellFormed(),
      line: lineIn(String(stack)),
    },
  };
}

const maxDepth = 64;

/** Returns JSON with well-formed text and without NUL, as the database stores it; undefined when it is nested too deeply. */
function storable(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed();
  if (value === null || typeof value !== 'object') return value;
  if (depth === 0) return undefined;
  const entries = Object.entries(value).map(([key, one]) => [
    key.replaceAll('\0', '\ufffd').toWellFormed(),
    storable(one, depth - 1),
  ]);
  if (entries.some(([, one]) => one === undefined)) return undefined;
  return Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

const outputError = (message: string): { readonly error: CodeError } => ({
  error: { type: 'output', name: 'OutputError', message, line: null },
});

export const timeoutError = (time_ms: number): CodeError => ({
  type: 'timeout',
  name: 'Timeout',
  message: `The code was stopped after ${time_ms} ms. Use a faster algorithm, or less data.`,
  line: null,
});

export const memoryError: CodeError = {
  type: 'out_of_memory',
  name: 'OutOfMemory',
  message: 'The code used more memory than it may. Keep less data at once.',
  line: null,
};

export const unsettledError: CodeError = {
  type: 'exception',
  name: 'Error',
  message: 'The code waits for a promise that nothing resolves. There are no timers and no events.',
  line: null,
};
