import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { transformSync } from 'esbuild';

type Entry = Readonly<Record<string, unknown>> & { readonly models?: readonly Entry[] };

/** Members of the table by which no call is priced and no model is listed. */
const unused = new Set([
  'description',
  'extractors',
  'price_comments',
  'prices_checked',
  'pricing_urls',
]);

const withoutUnused = ({ models, ...entry }: Entry): Entry => ({
  ...Object.fromEntries(Object.entries(entry).filter(([key]) => !unused.has(key))),
  ...(models === undefined ? {} : { models: models.map(withoutUnused) }),
});

/**
 * Separates the prices of pydantic/genai-prices from its code: data that a Worker reads as text is not compiled when it starts.
 * Throws when a new version of the package has another form.
 */
export function splitPriceTable(): { readonly code: Buffer; readonly data: Buffer } {
  const { resolve } = createRequire(import.meta.url);
  const source = readFileSync(join(dirname(resolve('@pydantic/genai-prices')), 'index.js'), 'utf8');
  const [, before = '', literal = '', after = ''] =
    /^(const \w+ = )(\[\n.*?\n\])([,;].*)$/s.exec(source) ?? [];
  if (literal === '') throw new Error('The package of prices does not begin with its data.');
  const table = new Function(`return ${literal}`)() as readonly Entry[];
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(table)), table))
    throw new Error('The data of the package of prices is not JSON.');
  const code = `import table from './prices.txt';\n${before}JSON.parse(table)${after}`;
  return {
    code: Buffer.from(transformSync(code, { minify: true, format: 'esm', charset: 'utf8' }).code),
    data: Buffer.from(JSON.stringify(table.map(withoutUnused))),
  };
}
