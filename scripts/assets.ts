// Makes the folder that is served as static assets: what /docs loads. wrangler runs it before every build.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const target = join(import.meta.dirname, '..', 'dist', 'assets');
mkdirSync(join(target, 'docs'), { recursive: true });

/** A file that is as it should be is left alone: running servers watch the folder and start again on a change. */
function place(name: string, content: Buffer): void {
  const path = join(target, name);
  if (!existsSync(path) || !readFileSync(path).equals(content)) writeFileSync(path, content);
}

for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png']) place(`docs/${file}`, readFileSync(join(source, file)));
place('docs/docs-page.js', readFileSync(join(import.meta.dirname, 'docs-page.js')));
place('_headers', Buffer.from('/docs/*\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n'));
