import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkDocument } from '../../src/documents/chunk/chunk.ts';
import { extractDocument } from '../../src/documents/extract.ts';
import { codeFormats } from '../../src/documents/formats/code.ts';
import { identifyFormat } from '../../src/documents/identify.ts';

type Name = keyof typeof codeFormats;
const read = async (name: Name, source: string) =>
  extractDocument(codeFormats[name], Uint8Array.from(new TextEncoder().encode(source)));
const headingsOf = async (name: Name, source: string) =>
  (await read(name, source)).text.match(/^#+ .+$/gm) ?? [];

/** The code of all blocks, in order. */
const codeIn = (text: string) => {
  const fence = /^`+/m.exec(text)?.[0] ?? '```';
  return text
    .split('\n')
    .filter((line, index, all) => !line.startsWith(fence) && !isHeading(all, index, fence))
    .filter((line) => line.trim() !== '');
};
const isHeading = (lines: readonly string[], index: number, fence: string) =>
  /^#{1,2} /.test(lines[index] ?? '') && (lines[index + 2] ?? '').startsWith(fence);

describe('source code', () => {
  it('is kept unchanged, in a block per function with its comment, below the name', async () => {
    const source = `import os

class Shop:
    """Sells."""

    # Looks an item up.
    @cache
    def find(self, name):
        def inner():
            return name
        return inner

    async def close(self):
        pass

def main():
\treturn Shop()`;
    const { text, isMarkdown } = await read('python', source);
    expect(isMarkdown).toBe(true);
    expect(text).toBe(`\`\`\`python
import os
\`\`\`

# Shop

\`\`\`python
class Shop:
    """Sells."""
\`\`\`

## Shop.find

\`\`\`python
    # Looks an item up.
    @cache
    def find(self, name):
        def inner():
            return name
        return inner
\`\`\`

## Shop.close

\`\`\`python
    async def close(self):
        pass
\`\`\`

# main

\`\`\`python
def main():
\treturn Shop()
\`\`\``);
    const chunks = chunkDocument(
      { text, isMarkdown, pages: null },
      { chunk_tokens: 40, chunk_overlap_tokens: 0 },
    );
    expect(chunks.map(({ heading }) => heading)).toContain('Shop > Shop.find');
  });

  it.each<[Name, string, string[]]>([
    [
      'typescript',
      'export const a = 1;\nexport default class B<T> {\n  #x = 1;\n  constructor(y: T) {\n    if (y) {\n      run();\n    }\n  }\n  static async go<U>(u: U): Promise<void> {\n    await u;\n  }\n  handle = async (e) => {\n  };\n}\nexport interface C {\n  d(): void;\n}',
      ['# a', '# B', '## B.constructor', '## B.go', '## B.handle', '# C'],
    ],
    [
      'go',
      'package main\n\ntype S struct {\n\ta int\n}\n\n// Run runs.\nfunc (s *S) Run() error {\n\treturn nil\n}\n\nfunc main() {}',
      ['# S', '# S.Run', '# main'],
    ],
    [
      'rust',
      'impl<T> fmt::Display for P<T> {\n    fn fmt(&self) -> R {\n    }\n}\n#[test]\npub async fn go() {}\npub struct Q;',
      ['# fmt::Display for P<T>', '## fmt::Display for P<T>.fmt', '# go', '# Q'],
    ],
    [
      'java',
      'public final class Shop<T> extends Base {\n    private int x = of(1);\n\n    public Shop(int x) {\n        super(x);\n        if (x > 1) {\n        }\n    }\n\n    @Override\n    public Map<String, List<T>> find(String n,\n            int limit) {\n        return null;\n    }\n    static int one() { return 1; }\n}',
      ['# Shop', '## Shop.Shop', '## Shop.find', '## Shop.one'],
    ],
    [
      'cpp',
      '#define MAX(a) (a)\nclass Box : public Base {\npublic:\n  ~Box() {}\n  std::vector<int> all() const {\n  }\n};\nint Box::size(int a,\n    int b)\n{\n}\nint main() {\n  return foo(1);\n}',
      ['# MAX', '# Box', '## Box.~Box', '## Box.all', '# Box::size', '# main'],
    ],
    [
      'csharp',
      'namespace App\n{\n    public class Shop\n    {\n        public async Task<int> Count(string q)\n        {\n            foreach (var x in y) {\n            }\n        }\n    }\n}',
      ['# App', '# Shop', '## Shop.Count'],
    ],
    [
      'ruby',
      'module Shop\n  class Cart\n    def add(x)\n    end\n    def self.build!\n    end\n  end\nend',
      ['# Shop', '# Cart', '## Cart.add', '## Cart.self.build!'],
    ],
    [
      'sql',
      'CREATE TABLE IF NOT EXISTS users (\n id INT);\ncreate view v as select 1;',
      ['# users', '# v'],
    ],
    ['toml', 'a = 1\n[package]\nname = "x"\n[[bin]]\nname = "y"', ['# package', '# bin']],
    ['shell', '#!/bin/sh\nhi() {\n  echo hi\n}\nfunction bye {\n  :\n}', ['# hi', '# bye']],
  ])('has the declarations of %s as headings', async (name, source, headings) => {
    expect(await headingsOf(name, source)).toEqual(headings);
  });

  it('loses no line, whatever the code is', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        'class A {',
        '  run() {',
        '}',
        'function f() {',
        '```',
        '// note',
        '',
        '\tx = 1;',
      ),
      fc.string({
        unit: fc.constantFrom('a', ' ', '(', ')', '{', '}', ';', '<', ':', '`'),
        maxLength: 20,
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.constantFrom(...(Object.keys(codeFormats) as Name[])),
        async (lines, name) => {
          const kept = lines.map((text) => text.trimEnd()).filter((text) => text !== '');
          if (kept.length === 0 || kept.some((text) => text.startsWith('```'))) return;
          expect(codeIn((await read(name, lines.join('\n'))).text)).toEqual(kept);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is read in time that grows with its length only', async () => {
    const started = performance.now();
    for (const line of [
      'a '.repeat(240),
      `func (${' '.repeat(490)}`,
      `[${' '.repeat(490)}`,
      'impl<'.repeat(90),
    ])
      for (const name of Object.keys(codeFormats) as Name[])
        await read(name, `${line}\n`.repeat(400));
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('is accepted under the types that browsers declare for its extension', () => {
    for (const [name, type] of [
      ['a.ts', 'video/mp2t'],
      ['a.rs', 'application/rls-services+xml'],
      ['a.py', 'text/x-python-script'],
      ['a.js', 'application/javascript'],
      ['a.sql', 'application/sql'],
      ['A.H', 'text/plain'],
    ] as const)
      expect(identifyFormat(name, type, ['document']).kind).toBe('document');
  });
});
