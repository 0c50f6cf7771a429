import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { Tokens } from '../usage/index.ts';

/** Upper bound of a token count; larger numbers are ignored. */
const maxTokens = 100_000_000;

/** Returns a token count as an integer; null for values that are not a count. */
export function toCount(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= maxTokens
    ? Math.round(number)
    : null;
}

/**
 * Returns the tokens of a call for all providers: the counts of the provider package, corrected by the
 * provider's raw usage. Counts are integers or null; input includes cached input, and output includes
 * reasoning. `isEmpty` is true when no part of an answer was received: only then an output of 0 is valid.
 */
export function readUsage(
  { inputTokens, outputTokens, raw = {} }: LanguageModelV4Usage,
  isEmpty: boolean,
): Tokens {
  const counts = {
    // An input of 0 is unknown: no call has an empty prompt.
    input: toCount(inputTokens.total) || null,
    output: toCount(outputTokens.total),
    read:
      toCount(inputTokens.cacheRead) ||
      firstCount(raw, cacheReadFields) ||
      toCount(inputTokens.cacheRead),
    write:
      toCount(inputTokens.cacheWrite) ||
      firstCount(raw, cacheWriteFields) ||
      toCount(inputTokens.cacheWrite),
    reasoning: toCount(outputTokens.reasoning),
  };
  const { input, output, read, write, reasoning } = withTotal(counts, toCount(raw.total_tokens));
  const cache_write_1h_tokens = firstCount(raw, ['cache_creation.ephemeral_1h_input_tokens']);
  return {
    input_tokens: input,
    cache_read_tokens: read,
    cache_write_tokens: write,
    ...(cache_write_1h_tokens
      ? { cache_write_1h_tokens: Math.min(cache_write_1h_tokens, write ?? 0) }
      : {}),
    output_tokens: output === 0 && !isEmpty ? null : output,
    reasoning_tokens: reasoning,
  };
}

interface Counts {
  readonly input: number | null;
  readonly output: number | null;
  readonly read: number | null;
  readonly write: number | null;
  readonly reasoning: number | null;
}

/**
 * Adds parts that a provider reports beside their whole to it. The difference between the total and
 * input plus output is such a part: cached tokens, reasoning (xAI), or reasoning that is not reported
 * otherwise (Gemini through its OpenAI-compatible endpoint). Without a total, a part is known to be
 * beside its whole only when it is larger.
 */
function withTotal(counts: Counts, total: number | null): Counts {
  const { input, output, read, write, reasoning } = counts;
  const cached = (read ?? 0) + (write ?? 0);
  const thought = reasoning ?? 0;
  const rest =
    input === null || output === null || total === null ? 0 : Math.max(0, total - input - output);
  const isCacheBeside =
    input !== null &&
    (cached > input || (cached > 0 && (rest === cached || rest === cached + thought)));
  const restOfOutput = rest - (isCacheBeside ? cached : 0);
  const isReasoningBeside = output !== null && thought > output;
  // Rounded counts can differ from their total by one.
  const beside = restOfOutput > 1 ? restOfOutput : isReasoningBeside ? thought : 0;
  return {
    input: input === null ? null : input + (isCacheBeside ? cached : 0),
    output: output === null ? null : output + beside,
    read,
    write,
    reasoning: beside > 0 ? Math.max(thought, beside) : reasoning,
  };
}

/** Fields that provider packages do not read: DeepSeek, Kimi, Mistral, and gateways with Anthropic's names. */
const cacheReadFields = [
  'prompt_tokens_details.cached_tokens',
  'input_tokens_details.cached_tokens',
  'prompt_cache_hit_tokens',
  'cached_tokens',
  'num_cached_tokens',
  'cache_read_input_tokens',
];
const cacheWriteFields = [
  'prompt_tokens_details.cache_write_tokens',
  'cache_creation_input_tokens',
];

/** Returns the first count above 0 at one of the paths; null when there is none. */
function firstCount(raw: unknown, paths: readonly string[]): number | null {
  for (const path of paths) {
    const value = path
      .split('.')
      .reduce<unknown>(
        (at, name) => (at as Record<string, unknown> | null | undefined)?.[name],
        raw,
      );
    const count = toCount(value);
    if (count !== null && count > 0) return count;
  }
  return null;
}
