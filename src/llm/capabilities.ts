import { readModelName } from '../models/index.ts';

/** Known features of a model; null for unknown. */
export interface Capabilities {
  readonly tools: boolean | null;
  readonly images: boolean | null;
  readonly structured_output: boolean | null;
  readonly reasoning: boolean | null;
  /** Support for `temperature` and `top_p`. */
  readonly sampling: boolean | null;
}

type Capability = 'tools' | 'images' | 'structured_output' | 'reasoning' | 'sampling';

const unknown: Capabilities = {
  tools: null,
  images: null,
  structured_output: null,
  reasoning: null,
  sampling: null,
};

/** Returns capabilities that are all known: the named ones are supported, the others are not. */
const supporting = (...supported: readonly Capability[]): Capabilities => ({
  tools: supported.includes('tools'),
  images: supported.includes('images'),
  structured_output: supported.includes('structured_output'),
  reasoning: supported.includes('reasoning'),
  sampling: supported.includes('sampling'),
});

const chat = ['tools', 'structured_output', 'sampling'] as const;
const openai: readonly Rule[] = [
  [/^gpt-5[\w.]*-chat/, supporting('tools', 'images', 'structured_output', 'sampling')],
  [/^(o1-mini|o1-preview)/, supporting('reasoning')],
  [/^o3-mini/, supporting('tools', 'structured_output', 'reasoning')],
  [/^(gpt-5|o\d)/, supporting('tools', 'images', 'structured_output', 'reasoning')],
  [/^gpt-4\.1|^gpt-4o/, supporting(...chat, 'images')],
  [/^gpt-4-turbo/, supporting('tools', 'images', 'sampling')],
  [/^gpt-(4|3\.5)/, supporting('tools', 'sampling')],
];

const google: readonly Rule[] = [
  [/^gemini-(2\.5|[3-9])/, supporting(...chat, 'images', 'reasoning')],
  [/^gemini-(1\.5|2\.0)/, supporting(...chat, 'images')],
];

type Rule = readonly [pattern: RegExp, capabilities: Capabilities];

/** Rules by provider, from the providers' model pages. The first pattern that matches the model's name applies; without a match, capabilities are unknown. */
const rules: Readonly<Record<string, readonly Rule[]>> = {
  // Accepts any setting and ignores it.
  builtin: [[/^extractive$/, { ...unknown, tools: true, images: false, structured_output: false }]],
  openai,
  'openai-chat': openai,
  anthropic: [
    [/^claude-3-7|^claude-(opus|sonnet|haiku)-[4-9]/, supporting(...chat, 'images', 'reasoning')],
    [/^claude-3/, supporting(...chat, 'images')],
  ],
  google,
  vertex: google,
  groq: [
    [/^openai\/gpt-oss|^qwen\/qwen3/, supporting(...chat, 'reasoning')],
    [/llama-4/, supporting(...chat, 'images')],
    [/^llama-3/, supporting(...chat)],
  ],
  deepseek: [
    [/^deepseek-reasoner/, supporting('tools', 'structured_output', 'reasoning')],
    [/^deepseek-v4/, supporting(...chat, 'reasoning')],
    [/^deepseek-chat/, supporting(...chat)],
  ],
  mistral: [
    [/^magistral/, supporting(...chat, 'reasoning')],
    [/^pixtral|^mistral-(small|medium)/, supporting(...chat, 'images')],
    [/^(mistral|ministral|codestral|open-mi)/, supporting(...chat)],
  ],
};

export function capabilitiesOf(name: string): Capabilities {
  const named = readModelName(name);
  if (named === null) return unknown;
  return rules[named.provider]?.find(([pattern]) => pattern.test(named.model))?.[1] ?? unknown;
}
