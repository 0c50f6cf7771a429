import { APICallError } from '@ai-sdk/provider';
import { minute } from '../shared/time.ts';

/** The limits of a server, as far as its rejections have shown them. */
export interface EmbeddingLimits {
  /** Maximum number of texts in a request. */
  readonly size: number;
  /** True when it is sent the length of the vectors. */
  readonly takesLength: boolean;
}

const unlimited: EmbeddingLimits = { size: Number.POSITIVE_INFINITY, takesLength: true };
const keptFor = 10 * minute;
const maxKept = 1000;

const known = new Map<string, { readonly limits: EmbeddingLimits; readonly until: number }>();

/** Returns the limits that were found in this isolate. */
export function embeddingLimits(key: string, now: number): EmbeddingLimits {
  const found = known.get(key);
  return found === undefined || found.until < now ? unlimited : found.limits;
}

export function keepEmbeddingLimits(key: string, limits: EmbeddingLimits, now: number): void {
  if (known.size >= maxKept) known.clear();
  known.set(key, { limits, until: now + keptFor });
}

/**
 * Returns narrower limits with which a rejected request may be accepted; null if there are none. Servers state neither
 * how many texts and tokens a request may have, nor whether the length of the vectors can be requested: vLLM rejects
 * `dimensions` for most models, also when it is their own.
 */
export function narrowerLimits(
  error: unknown,
  limits: EmbeddingLimits,
  sent: { readonly texts: number; readonly length: number | undefined },
): EmbeddingLimits | null {
  if (!APICallError.isInstance(error) || ![400, 413, 422].includes(error.statusCode ?? 0))
    return null;
  if (/dimension|matryoshka/i.test(error.responseBody ?? error.message))
    return sent.length === undefined ? null : { ...limits, takesLength: false };
  return sent.texts > 1 ? { ...limits, size: Math.ceil(sent.texts / 2) } : null;
}
