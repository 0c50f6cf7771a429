import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const sources = files.map((file) => ({
  file: file.replaceAll('\\', '/'),
  text: readFileSync(join(root, file), 'utf8'),
}));

const filesWith = (pattern: RegExp) =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ file }) => file)
    .sort();

/** A source pattern that calls a model without the metered call. */
const ways: readonly (readonly [way: string, pattern: RegExp, allowed: readonly string[]])[] = [
  ['a language model is called', /[.?[]\s*['"]?do(?:Stream|Generate)\b/, ['llm/attempt.ts']],
  ['an embedding model is called', /[.?[]\s*['"]?doEmbed\b/, ['llm/embed.ts']],
  ['a reranking model is called', /[.?[]\s*['"]?doRerank\b/, ['llm/rerank.ts']],
  [
    'a model is taken out of its hands',
    /\{[^{}]*\bdo(?:Stream|Generate|Embed|Rerank)\b[^{}]*\}\s*=/,
    [],
  ],
  [
    'a provider package is loaded',
    /(?<!^import type [^;]*)(?:from|import)\s*\(?\s*['"](?:@ai-sdk\/(?!provider['"])[\w-]+|workers-ai-provider|openai|@anthropic-ai\/[\w-]+)/m,
    ['llm/provider-packages.ts'],
  ],
  [
    'a loop of the AI SDK is used',
    /\b(?:streamText|generateText|generateObject|streamObject|embedMany|ToolLoopAgent)\b(?=[^'"\n]*['"]ai['"]|\s*\()/,
    [],
  ],
  [
    'a provider makes a model',
    /\.(?:language|embedding|reranking)\b\s*(?:as\b[^;]*)?\)?\s*\(/,
    [
      'llm/attempt.ts',
      'llm/embed.ts',
      'llm/providers.ts',
      'llm/rerank.ts',
      'llm/workspace-models.ts',
    ],
  ],
  [
    'Workers AI is called by its binding',
    /\b(?:AI|workersAi|workers_ai)\b\)?\s*[?!]?\.\s*(?:run|toMarkdown|gateway|autorag)\b/,
    [],
  ],
];

describe('every use of a model goes through the metered call', () => {
  it.each(ways)('%s only where it is metered', (_way, pattern, allowed) => {
    expect(filesWith(pattern)).toEqual([...allowed].sort());
  });

  it('has a meter wherever a model is called', () => {
    for (const file of ['llm/model-call.ts', 'llm/embed.ts', 'llm/rerank.ts'])
      expect(filesWith(/new CallMeter\(ctx, call\)/)).toContain(file);
    // A stream has one caller, which has the meter.
    expect(filesWith(/\battempt\(ctx,/)).toEqual(['llm/model-call.ts']);
  });

  it('detects each pattern', () => {
    const evasions = [
      'model.doStream({})',
      "model['doGenerate']({})",
      'const { doEmbed } = model;',
      "await import('@ai-sdk/openai')",
      "import { streamText } from 'ai'",
    ];
    for (const text of evasions)
      expect(
        ways.some(([, pattern]) => pattern.test(text)),
        text,
      ).toBe(true);
  });
});
