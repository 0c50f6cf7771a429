// Copies what /docs loads into the folder that is served as static assets. wrangler runs it before every build.
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const target = join(import.meta.dirname, '..', 'dist', 'assets', 'docs');
mkdirSync(target, { recursive: true });
for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png']) copyFileSync(join(source, file), join(target, file));
copyFileSync(join(import.meta.dirname, 'docs-page.js'), join(target, 'docs-page.js'));
