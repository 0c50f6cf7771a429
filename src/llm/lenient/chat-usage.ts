import { type Data, isData } from './dialect.ts';
import { normalizeUsage, toNumber, withChanges } from './values.ts';

/** Names of other protocols under which servers and gateways report the same counts, in order of precedence. */
const others = {
  prompt_tokens: ['input_tokens', 'promptTokens', 'inputTokens'],
  completion_tokens: ['output_tokens', 'completionTokens', 'outputTokens'],
  total_tokens: ['totalTokens'],
};
/** Fields that provider packages do not read: Kimi, DeepSeek, Mistral, and gateways with Anthropic's names. */
const cached = [
  'cached_tokens',
  'prompt_cache_hit_tokens',
  'num_cached_tokens',
  'cache_read_input_tokens',
];

/** Returns the usage of a chat completion with all counts under the names of the reference; undefined without usage. */
export function normalizeChatUsage(value: unknown): Data | undefined {
  const usage = normalizeUsage(value);
  if (!isData(usage)) return undefined;
  const [prompt, completion, total] = [
    count(usage, 'prompt_tokens'),
    count(usage, 'completion_tokens'),
    count(usage, 'total_tokens'),
  ];
  // A missing count is derived from the other two.
  const rest = (one: number | null) =>
    one === null || total === null ? 0 : Math.max(0, total - one);
  const prompt_tokens = prompt ?? rest(completion);
  const completion_tokens = completion ?? rest(prompt);
  return withChanges(usage, {
    prompt_tokens,
    completion_tokens,
    total_tokens: total ?? prompt_tokens + completion_tokens,
    prompt_tokens_details: withDetail(
      usage.prompt_tokens_details,
      'cached_tokens',
      firstAbove0(usage, cached),
    ),
    completion_tokens_details: withDetail(
      usage.completion_tokens_details,
      'reasoning_tokens',
      firstAbove0(usage, ['reasoning_tokens']),
    ),
  });
}

/** Returns true when a count is above 0. */
export const hasCounts = ({ prompt_tokens, completion_tokens }: Data): boolean =>
  prompt_tokens !== 0 || completion_tokens !== 0;

function count(usage: Data, name: keyof typeof others): number | null {
  const values = [usage[name], ...others[name].map((other) => toNumber(usage[other]))];
  return values.find((value): value is number => typeof value === 'number') ?? null;
}

/** Adds a detail that is missing or 0. Details that are not an object are replaced. */
function withDetail(value: unknown, name: string, detail: number | null): unknown {
  if (value !== undefined && value !== null && !isData(value))
    return detail === null ? undefined : { [name]: detail };
  const known = isData(value) ? value[name] : undefined;
  return detail === null || (typeof known === 'number' && known > 0)
    ? value
    : { ...(isData(value) ? value : {}), [name]: detail };
}

function firstAbove0(usage: Data, names: readonly string[]): number | null {
  return (
    names
      .map((name) => usage[name])
      .find((value): value is number => typeof value === 'number' && value > 0) ?? null
  );
}
