import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src/console');
const target = join(root, 'dist/assets/console/build');

/**
 * Builds the console below /console/build, unless its sources are those of the last build, and returns the names of its first
 * files as JSON, for the page of the Worker.
 */
export async function buildConsole(): Promise<Buffer> {
  const stamp = join(root, 'dist/console.stamp');
  const digest = digestOfSources();
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
    const { build } = await import('vite');
    const environment = process.env.NODE_ENV;
    // The tests build it too, and their environment would select React's checks for development.
    process.env.NODE_ENV = 'production';
    await build({ configFile: join(source, 'vite.config.ts') });
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
    writeFileSync(stamp, digest);
  }
  const manifest = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8')) as Record<
    string,
    { readonly file: string; readonly css?: readonly string[] }
  >;
  const { file, css: [style] = [] } = manifest['main.tsx'] ?? {};
  if (file === undefined || style === undefined) throw new Error('The console has no entry.');
  return Buffer.from(JSON.stringify({ script: file, style }));
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const files = ['src/console', 'src/client'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.d.ts'))
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  for (const file of [...files.sort(), join(root, 'package-lock.json')])
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}
