// Creates what the Worker needs besides its source: static assets (the files that /docs loads, the character maps for PDFs), the parser
// for PDFs, the price table, and the two parts of the sandbox for code. wrangler runs it before every build, and vitest.config.ts before the tests.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { meterWasm } from './meter-wasm.ts';
import { buildPdfParser } from './pdf-parser.ts';
import { splitPriceTable } from './price-table.ts';

const { resolve } = createRequire(import.meta.url);
const source = dirname(resolve('swagger-ui-dist/package.json'));
const cmaps = join(dirname(resolve('pdfjs-dist/package.json')), 'cmaps');
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const target = join(dist, 'assets');
mkdirSync(join(target, 'docs'), { recursive: true });
mkdirSync(join(target, 'account'), { recursive: true });
mkdirSync(join(target, 'cmaps'), { recursive: true });

/** Writes a file only if its content differs: running servers watch the folder and restart on a change. */
function place(name: string, content: Buffer, folder = target): void {
  const path = join(folder, name);
  if (!existsSync(path) || !readFileSync(path).equals(content)) writeFileSync(path, content);
}

for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'])
  place(`docs/${file}`, readFileSync(join(source, file)));
for (const file of readdirSync(cmaps)) place(`cmaps/${file}`, readFileSync(join(cmaps, file)));
place('docs/docs-page.js', readFileSync(join(import.meta.dirname, 'docs-page.js')));
place('account/page.js', readFileSync(join(import.meta.dirname, 'account-page.js')));
const headers = '  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n';
place('_headers', Buffer.from(`/docs/*\n${headers}/account/*\n${headers}`));

/** The engine with a bound on time (docs/decisions/0077-code-execution.md). */
function placeEngine(): void {
  const engine = resolve('quickjs-wasi/quickjs.wasm');
  const metered = join(dist, 'quickjs.wasm');
  const made = existsSync(metered) ? statSync(metered).mtimeMs : 0;
  const sources = [engine, join(import.meta.dirname, 'meter-wasm.ts')];
  if (sources.every((source) => statSync(source).mtimeMs < made)) return;
  writeFileSync(metered, meterWasm(readFileSync(engine), 'host_interrupt'));
}

/** The code that runs inside of the sandbox before the code of the caller: an expression, whose value is `install`. */
function placeGuest(): void {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, 'src/platform/code/guest/install.ts')],
    ...{ bundle: true, minify: true, write: false, charset: 'utf8', target: 'es2023' },
    ...{ format: 'iife', globalName: 'guest', tsconfigRaw: {}, logLevel: 'error' },
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error('esbuild returned no file');
  place('guest.txt', Buffer.from(`(()=>{${script.text.trimEnd()}\nreturn guest.install})()`), dist);
}

placeEngine();
placeGuest();
place('pdfjs.mjs', await buildPdfParser(), dist);
const { code, data } = splitPriceTable();
place('price-table.mjs', code, dist);
place('prices.txt', data, dist);
