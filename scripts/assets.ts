// Creates what the Worker needs besides its source: static assets (the files that /docs loads, the character maps for PDFs, the chat of
// share links, the console), the parser for PDFs, the price table, and the two parts of the sandbox for code. wrangler runs it before every build, and
// vitest.config.ts before the tests.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import { buildConsole } from './console.ts';
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

/** The sign-in has the colours of the console. */
function accountStyles(): Buffer {
  const tokens = readFileSync(join(root, 'src/console/styles/tokens.css'));
  return Buffer.concat([tokens, readFileSync(join(import.meta.dirname, 'account-page.css'))]);
}

/** The page /account is not built, and uses the same module for passkeys as the console. */
function passkeysOfPage(): Buffer {
  const source = readFileSync(join(root, 'src/client/passkeys.ts'), 'utf8');
  const { code } = transformSync(source, { loader: 'ts', target: 'es2022', charset: 'utf8' });
  return Buffer.from(code);
}

for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'])
  place(`docs/${file}`, readFileSync(join(source, file)));
for (const file of readdirSync(cmaps)) place(`cmaps/${file}`, readFileSync(join(cmaps, file)));
place('docs/docs-page.js', readFileSync(join(import.meta.dirname, 'docs-page.js')));
place('account/page.js', readFileSync(join(import.meta.dirname, 'account-page.js')));
place('account/page.css', accountStyles());
place(
  'account/account-settings.js',
  readFileSync(join(import.meta.dirname, 'account-settings.js')),
);
place('account/passkeys.js', passkeysOfPage());
place(
  '_headers',
  Buffer.from(
    [
      '/docs/*\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer',
      '/console/build/*\n  Cache-Control: public, max-age=31536000, immutable\n  X-Content-Type-Options: nosniff',
      '/account/*\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer',
      // Embedded by other origins: one short-lived name for their script tags, and one for each build.
      '/widget.js\n  Cache-Control: public, max-age=300\n  Access-Control-Allow-Origin: *\n  X-Content-Type-Options: nosniff',
      '/widget/*\n  Cache-Control: public, max-age=31536000, immutable\n  Access-Control-Allow-Origin: *\n  X-Content-Type-Options: nosniff\n',
    ].join('\n'),
  ),
);

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

/** The chat of share links, as one file for script tags and under a name by its content for the page of a link. */
function placeWidget(): void {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, 'src/widget/main.tsx')],
    ...{ bundle: true, minify: true, write: false, charset: 'utf8', format: 'iife' },
    target: ['es2022', 'chrome123', 'firefox128', 'safari17.5'],
    ...{ jsx: 'automatic', jsxImportSource: 'preact', tsconfigRaw: {}, logLevel: 'error' },
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error('esbuild returned no file');
  const content = Buffer.from(script.contents);
  const name = `${createHash('sha256').update(content).digest('hex').slice(0, 16)}.js`;
  mkdirSync(join(target, 'widget'), { recursive: true });
  place('widget.js', content);
  place(`widget/${name}`, content);
  place('widget.txt', Buffer.from(name), dist);
}

placeEngine();
placeGuest();
place('pdfjs.mjs', await buildPdfParser(), dist);
const { code, data } = splitPriceTable();
place('price-table.mjs', code, dist);
place('prices.txt', data, dist);
placeWidget();
place('console.txt', await buildConsole(), dist);
