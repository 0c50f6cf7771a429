import { isData } from './dialect.ts';

/** An error that a server reported in a response with a success status. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError';
  /** The equivalent HTTP status. */
  readonly status: number;
  /** The error code of the server; null without one. */
  readonly code: string | null;

  constructor(error: unknown) {
    super('The provider reported an error.');
    const { code, type, status } = isData(error) ? error : {};
    this.status = statusOf([code, status, type], isData(error) ? error.message : error);
    this.code =
      [code, status, type].find(
        (word): word is string => typeof word === 'string' && word !== '',
      ) ?? null;
  }
}

export interface Reported {
  readonly status: number;
  readonly code: string | null;
  /** True when the error replaced the answer, so that no tokens were used. */
  readonly is_refusal: boolean;
}

/**
 * Encodes an error as the message of an error event. The provider package passes it on after the text
 * before it, and `readReported` decodes it.
 */
export const writeReported = ({ status, code }: ReportedError, is_refusal: boolean): string =>
  `agentgrid-reported ${JSON.stringify({ status, code: code === null || !/^[\w.:-]{1,80}$/.test(code) ? null : code, is_refusal })} end`;

/** Decodes the output of `writeReported` from the error that a package threw; null for other errors. */
export function readReported(error: unknown): Reported | null {
  const message = isData(error) && typeof error.message === 'string' ? error.message : '';
  const found = /agentgrid-reported (\{.*?\}) end/.exec(message.replaceAll('\\"', '"'))?.[1];
  return found === undefined ? null : (JSON.parse(found) as Reported);
}

/** Patterns of error codes and messages with their HTTP status. The first match applies. */
const statuses: readonly (readonly [RegExp, number])[] = [
  [/rate.?limit|too.?many.?requests|insufficient.?quota|resource.?exhausted|quota/i, 429],
  [/overloaded|capacity|unavailable|temporar/i, 503],
  [/auth|api.?key|credential|token.?(expired|invalid)/i, 401],
  [/permission|forbidden/i, 403],
  [/payment|billing|insufficient.?(credit|balance|fund)/i, 402],
  [/not.?found|no.?such.?model|does.?not.?exist/i, 404],
  [/context.?length|too.?(long|large)|maximum.?context/i, 400],
  [/invalid|bad.?request|unsupported|malformed/i, 400],
  [/time.?out/i, 408],
];

function statusOf(words: readonly unknown[], message: unknown): number {
  const number = words
    .map(Number)
    .find((value) => Number.isInteger(value) && value >= 400 && value <= 599);
  if (number !== undefined) return number;
  const texts = [...words, message].filter((word): word is string => typeof word === 'string');
  for (const text of texts) {
    const found = statuses.find(([pattern]) => pattern.test(text));
    if (found !== undefined) return found[1];
  }
  return 500;
}

/** Returns the error in a document; undefined when there is none. */
export function errorIn(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(errorIn).find((error) => error !== undefined);
  if (!isData(data)) return undefined;
  const { error, object, type, message, detail } = data;
  if (isData(error)) return Object.keys(error).length > 0 ? error : undefined;
  if (typeof error === 'string' && error !== '') return { ...data, message: error };
  // vLLM and FastAPI send errors without an envelope.
  if (object === 'error' || (type === 'error' && typeof message === 'string'))
    return { ...data, ...(type === 'error' ? { type: null } : {}) };
  if (typeof detail === 'string' && Object.keys(data).length === 1) return { message: detail };
  return undefined;
}
