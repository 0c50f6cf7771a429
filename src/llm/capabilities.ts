import { readModelName } from '../models/index.ts';

/** What a model is known to do; null is unknown. */
export interface Capabilities {
  readonly tools: boolean | null;
  readonly images: boolean | null;
  readonly structured_output: boolean | null;
  readonly reasoning: boolean | null;
  /** Whether `temperature` and `top_p` mean anything to it. */
  readonly sampling: boolean | null;
}

type Can = 'tools' | 'images' | 'structured_output' | 'reasoning' | 'sampling';

const unknown: Capabilities = {
  tools: null,
  images: null,
  structured_output: null,
  reasoning: null,
  sampling: null,
};

/** All five are known: those that are named it can, the others it cannot. */
const only = (...can: readonly Can[]): Capabilities => ({
  tools: can.includes('tools'),
  images: can.includes('images'),
  structured_output: can.includes('structured_output'),
  reasoning: can.includes('reasoning'),
  sampling: can.includes('sampling'),
});

const chat = ['tools', 'structured_output', 'sampling'] as const;
const openai: readonly Rule[] = [
  [/^gpt-5[\w.]*-chat/, only('tools', 'images', 'structured_output', 'sampling')],
  [/^(o1-mini|o1-preview)/, only('reasoning')],
  [/^o3-mini/, only('tools', 'structured_output', 'reasoning')],
  [/^(gpt-5|o\d)/, only('tools', 'images', 'structured_output', 'reasoning')],
  [/^gpt-4\.1|^gpt-4o/, only(...chat, 'images')],
  [/^gpt-4-turbo/, only('tools', 'images', 'sampling')],
  [/^gpt-(4|3\.5)/, only('tools', 'sampling')],
];

const google: readonly Rule[] = [
  [/^gemini-(2\.5|[3-9])/, only(...chat, 'images', 'reasoning')],
  [/^gemini-(1\.5|2\.0)/, only(...chat, 'images')],
];

type Rule = readonly [pattern: RegExp, capabilities: Capabilities];

/** By provider; the first pattern that fits a model's name. From the providers' own model pages; what is not here is unknown. */
const rules: Readonly<Record<string, readonly Rule[]>> = {
  // It takes any setting and has no use for it.
  builtin: [[/^extractive$/, { ...unknown, tools: true, images: false, structured_output: false }]],
  openai,
  'openai-chat': openai,
  anthropic: [
    [/^claude-3-7|^claude-(opus|sonnet|haiku)-[4-9]/, only(...chat, 'images', 'reasoning')],
    [/^claude-3/, only(...chat, 'images')],
  ],
  google,
  vertex: google,
  groq: [
    [/^openai\/gpt-oss|^qwen\/qwen3/, only(...chat, 'reasoning')],
    [/llama-4/, only(...chat, 'images')],
    [/^llama-3/, only(...chat)],
  ],
  deepseek: [
    [/^deepseek-reasoner/, only('tools', 'structured_output', 'reasoning')],
    [/^deepseek-v4/, only(...chat, 'reasoning')],
    [/^deepseek-chat/, only(...chat)],
  ],
  mistral: [
    [/^magistral/, only(...chat, 'reasoning')],
    [/^pixtral|^mistral-(small|medium)/, only(...chat, 'images')],
    [/^(mistral|ministral|codestral|open-mi)/, only(...chat)],
  ],
};

export function capabilitiesOf(name: string): Capabilities {
  const named = readModelName(name);
  if (named === null) return unknown;
  return rules[named.provider]?.find(([pattern]) => pattern.test(named.model))?.[1] ?? unknown;
}
