import { isData } from './dialect.ts';

/** An error that a server reported in a response that began as a success. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError';
  /** The HTTP status that it would have had. */
  readonly status: number;
  /** The server's own word for it, where it is one word. */
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
  /** Whether it came in place of an answer, so that nothing was used. */
  readonly is_refusal: boolean;
}

/**
 * The error as the message of an error event in the package's protocol: it goes through the package in its turn,
 * behind the text before it, and `readReported` finds it again.
 */
export const writeReported = ({ status, code }: ReportedError, is_refusal: boolean): string =>
  `agentgrid-reported ${JSON.stringify({ status, code: code === null || !/^[\w.:-]{1,80}$/.test(code) ? null : code, is_refusal })} end`;

/** What `writeReported` wrote, in whatever error a package made of it; null for other errors. */
export function readReported(error: unknown): Reported | null {
  const message = isData(error) && typeof error.message === 'string' ? error.message : '';
  const found = /agentgrid-reported (\{.*?\}) end/.exec(message.replaceAll('\\"', '"'))?.[1];
  return found === undefined ? null : (JSON.parse(found) as Reported);
}

/** Words of errors, as providers use them, and the status that goes with them; the first that fits counts. */
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

/** The error that a document is, or has beside what it says; undefined where it has none. */
export function errorIn(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(errorIn).find((error) => error !== undefined);
  if (!isData(data)) return undefined;
  const { error, object, type, message, detail } = data;
  if (isData(error)) return Object.keys(error).length > 0 ? error : undefined;
  if (typeof error === 'string' && error !== '') return { ...data, message: error };
  // vLLM and FastAPI say it without an envelope.
  if (object === 'error' || (type === 'error' && typeof message === 'string'))
    return { ...data, ...(type === 'error' ? { type: null } : {}) };
  if (typeof detail === 'string' && Object.keys(data).length === 1) return { message: detail };
  return undefined;
}
