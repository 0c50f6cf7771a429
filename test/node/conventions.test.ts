import { describe, expect, it } from 'vitest';
import { checkLazyImports, readImports } from '../../scripts/conventions/lazy-imports.ts';
import { checkReferences } from '../../scripts/conventions/references.ts';
import { checkSizes } from '../../scripts/conventions/sizes.ts';
import { readSource, type Source } from '../../scripts/conventions/source.ts';
import { wordsOfPage, wordsOfSource } from '../../scripts/conventions/words.ts';

const sourceOf = (comment: string, string = ''): Source => ({
  file: 'src/example.ts',
  lines: 1,
  comments: [{ line: 3, value: comment }],
  strings: [{ line: 5, value: string }],
  functions: [],
});

describe('references', () => {
  it('accepts paths, suffixes of paths and patterns that exist', () => {
    const comment =
      'See src/platform/ports.ts, platform/ports.ts, `ports.ts`, docs/decisions and check-*.ts.';
    expect(checkReferences([sourceOf(comment)], [])).toEqual([]);
  });

  it('reports a file and a folder that do not exist', () => {
    const comment = 'See src/platform/no-such.ts, test/no-such and https://example.com/no.ts.';
    expect(checkReferences([sourceOf(comment)], [])).toEqual([
      'src/example.ts:3 names src/platform/no-such.ts, which does not exist',
      'src/example.ts:3 names test/no-such, which does not exist',
    ]);
  });
});

describe('words', () => {
  it('reports the opening of a doc comment that is not a sentence', () => {
    expect(wordsOfSource(sourceOf('What a caller may see.'))).toEqual([
      'src/example.ts:3 the opening “What …” (use: a whole sentence)',
    ]);
    expect(wordsOfSource(sourceOf('Returns the fields that a caller may see.'))).toEqual([]);
  });

  it('reports a phrase in a string with its replacement', () => {
    expect(wordsOfSource(sourceOf('', 'The agent has no such version.'))).toEqual([
      'src/example.ts:5 “has no such” (use: does not exist)',
    ]);
    expect(wordsOfPage('README.md', '# Title\nThe last key cannot go.')).toHaveLength(1);
  });
});

describe('imports on demand', () => {
  const check = (files: Record<string, string>) =>
    checkLazyImports(
      new Map(Object.entries(files).map(([file, text]) => [file, readImports(file, text)])),
    );

  it('reports a file that imports a feature through another file, with the path', () => {
    const found = check({
      'tools/call.ts': "const { run } = await import('./heavy.ts');",
      'tools/heavy.ts': "import {\n  near,\n} from './near.ts';",
      'tools/near.ts': "export { find } from '../llm/index.ts';",
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('(tools/heavy.ts -> tools/near.ts -> llm/index.ts)');
  });

  it('accepts imports of types, and of files that are no features', () => {
    const found = check({
      'tools/call.ts':
        "const { run } = await import('./heavy.ts');\ntype Far = typeof import('./far.ts');",
      'tools/heavy.ts':
        "import type { Tool } from '../llm/index.ts';\nimport { type Call } from '../llm/index.ts';\nimport { day } from '../shared/time.ts';",
      'tools/far.ts': "import { find } from '../llm/index.ts';",
    });
    expect(found).toEqual([]);
  });
});

describe('sizes', () => {
  it('reports a file over the limit of its folder, except table schemas', () => {
    const long = { ...sourceOf(''), lines: 10_000 };
    expect(checkSizes([long])).toHaveLength(1);
    expect(checkSizes([{ ...long, file: 'src/db/schema/example.ts' }])).toEqual([]);
  });
});

describe('source', () => {
  it('reads comments, strings and functions with their lines', () => {
    const source = readSource('test/node/conventions.test.ts');
    expect(source.comments).toEqual([]);
    expect(source.strings).toContainEqual({ line: 16, value: 'references' });
    expect(source.functions.length).toBeGreaterThan(5);
  });
});
