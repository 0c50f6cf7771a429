import { type Data, isData } from './dialect.ts';
import { mendUsage, toNumber, withChanges } from './values.ts';

/** Names of other protocols under which servers and gateways report the same counts, in the order in which they are believed. */
const others = {
  prompt_tokens: ['input_tokens', 'promptTokens', 'inputTokens'],
  completion_tokens: ['output_tokens', 'completionTokens', 'outputTokens'],
  total_tokens: ['totalTokens'],
};
/** Where packages do not look: Kimi, DeepSeek, Mistral, and gateways that keep Anthropic's names. */
const cached = [
  'cached_tokens',
  'prompt_cache_hit_tokens',
  'num_cached_tokens',
  'cache_read_input_tokens',
];

/** Usage of a chat completion, all counts under the reference's names; undefined where it says nothing. */
export function mendChatUsage(value: unknown): Data | undefined {
  const usage = mendUsage(value);
  if (!isData(usage)) return undefined;
  const [prompt, completion, total] = [
    count(usage, 'prompt_tokens'),
    count(usage, 'completion_tokens'),
    count(usage, 'total_tokens'),
  ];
  // Two of the three say what the third is.
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

/** Whether it counts anything. */
export const saysSomething = ({ prompt_tokens, completion_tokens }: Data): boolean =>
  prompt_tokens !== 0 || completion_tokens !== 0;

function count(usage: Data, name: keyof typeof others): number | null {
  const values = [usage[name], ...others[name].map((other) => toNumber(usage[other]))];
  return values.find((value): value is number => typeof value === 'number') ?? null;
}

/** Lists and words in place of details are none. */
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
