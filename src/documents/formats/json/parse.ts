import { DocumentFault } from '../../fault.ts';

export const maxDepth = 100;

/** A number with its source text, so that identifiers beyond 2^53, `10.50` and `1e400` are kept exactly. */
export class SourceNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** Revivers receive the source text of a number (ECMAScript 2026, "JSON.parse source text access"). */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const keepNumber: Reviver = (_key, value, context) =>
  typeof value === 'number' ? new SourceNumber(context?.source ?? String(value)) : value;

/** Numbers become `SourceNumber`. Throws `corrupt` with `detail` for invalid JSON, and `too_large`. */
export function parseJson(text: string, detail: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''), keepNumber);
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(error);
    throw new DocumentFault('corrupt', detail, error);
  }
}

export const tooDeep = (cause?: unknown) =>
  new DocumentFault('too_large', `JSON may be nested at most ${maxDepth} levels deep.`, cause);
