// Creates the folder of static assets: the files that /docs loads, and the character maps for PDFs. wrangler runs it before every build.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);
const source = dirname(resolve('swagger-ui-dist/package.json'));
const cmaps = join(dirname(resolve('pdfjs-dist/package.json')), 'cmaps');
const target = join(import.meta.dirname, '..', 'dist', 'assets');
mkdirSync(join(target, 'docs'), { recursive: true });
mkdirSync(join(target, 'cmaps'), { recursive: true });

/** Writes a file only if its content differs: running servers watch the folder and restart on a change. */
function place(name: string, content: Buffer): void {
  const path = join(target, name);
  if (!existsSync(path) || !readFileSync(path).equals(content)) writeFileSync(path, content);
}

for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'])
  place(`docs/${file}`, readFileSync(join(source, file)));
for (const file of readdirSync(cmaps)) place(`cmaps/${file}`, readFileSync(join(cmaps, file)));
place('docs/docs-page.js', readFileSync(join(import.meta.dirname, 'docs-page.js')));
place(
  '_headers',
  Buffer.from('/docs/*\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n'),
);
