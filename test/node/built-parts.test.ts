import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findProvider } from '@pydantic/genai-prices';
import { expect, it } from 'vitest';
import { withoutUnused } from '../../scripts/pdf-parser.ts';
import { splitPriceTable } from '../../scripts/price-table.ts';

interface Provider {
  readonly id: string;
  readonly models: readonly Readonly<Record<string, unknown>>[];
}

it('keeps every price, match and context window of the price table', () => {
  const kept = JSON.parse(splitPriceTable().data.toString()) as Provider[];
  const models = kept.flatMap(({ id, models }) => models.map((model) => ({ id, model })));
  expect(models.length).toBeGreaterThan(500);
  for (const { id, models } of kept) {
    const { models: whole = [] } = findProvider({ providerId: id }) ?? {};
    expect(models).toHaveLength(whole.length);
    for (const [index, model] of models.entries()) {
      const { id, name, match, context_window, prices, deprecated } = whole[index] ?? {};
      const expected = { id, name, match, context_window, prices, deprecated };
      expect({ ...expected, ...model }).toEqual(expected);
      expect(model.prices).toEqual(prices);
    }
  }
});

it('replaces an unused module of pdf.js by names that throw, and refuses a version without it', () => {
  const source =
    ';// ./a.js\nclass A {\n  run() {}\n}\nfunction b() {}\nconst c = 1;\n;// ./b.js\nconst d = new A();';
  const stubbed = withoutUnused(source, ['./a.js']);
  expect(stubbed).toContain('const d = new A();');
  expect(() => new Function(stubbed)()).toThrow('A is not part of this build of pdf.js.');
  expect(() => new Function(`${stubbed.replace('new A()', 'b()')}`)()).toThrow('b is not part');
  expect(() => withoutUnused(source, ['./other.js'])).toThrow('pdf.js has no module ./other.js.');
});

it('aliases a validator of the MCP packages that is the same in both', () => {
  const aliases = readFileSync('wrangler.toml', 'utf8');
  const [, one = '', other = ''] =
    /"\.\/(cfWorkerProvider-\w+\.mjs)" = "\.\/(node_modules\/\S+\.mjs)"/.exec(aliases) ?? [];
  const { resolve } = createRequire(import.meta.url);
  const server = join(resolve('@modelcontextprotocol/server'), '..');
  // Chunks and source maps are named by their content.
  const read = (path: string) =>
    readFileSync(path, 'utf8')
      .replaceAll(/-[\w-]{8}\.mjs/g, '')
      .replaceAll(/\/\/# source.*$/gm, '');
  expect(read(join(server, one))).toBe(read(other));
});
