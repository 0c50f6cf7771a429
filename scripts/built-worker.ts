// The Worker as `wrangler dev` builds it, kept for the many servers of the tests: building it again for each would be a
// third of the CPU of a start. scripts/server.ts takes the configuration of such a folder from `BUILT_WORKER`.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnServer } from './spawned-server.ts';

const root = join(import.meta.dirname, '..');
/** Here wrangler builds while a server runs, in a folder for each server. */
const builds = join(root, '.wrangler', 'tmp');

/** Name of the module that is the Worker. */
const whole = 'whole.mjs';

const list = () =>
  existsSync(builds) ? readdirSync(builds).filter((name) => name.startsWith('dev-')) : [];

/**
 * Starts a server, copies what was built for it into a folder, and returns the path of the configuration of the copy. Returns
 * null if another server was started in the meantime, since either may have made what was found.
 */
export async function buildWorker(folder: string): Promise<string | null> {
  const before = new Set(list());
  const server = await spawnServer(join(folder, 'state'), ['--no-sample']);
  try {
    const [built, ...others] = list().filter((name) => !before.has(name));
    if (built === undefined || others.length > 0) return null;
    const copy = join(folder, 'worker');
    cpSync(join(builds, built), copy, {
      recursive: true,
      filter: (path) => !path.endsWith('.map'),
    });
    const main = join(copy, 'worker.js');
    standBehind(main, join(copy, whole));
    const path = join(copy, 'wrangler.toml');
    writeFileSync(path, configOf(main));
    return path;
  } finally {
    await server.stop();
  }
}

/** Moves the Worker behind a module that only exports what it does: every start of wrangler parses its entry to find the exports. */
function standBehind(main: string, moved: string): void {
  const text = readFileSync(main, 'utf8');
  const [, list = ''] = /^export \{\n([^}]+)\n\};$/m.exec(text) ?? [];
  const names = list.split(',').map((item) => item.trim().split(' as ').at(-1));
  if (!names.includes('default')) throw new Error('The Worker has no list of its exports.');
  renameSync(main, moved);
  writeFileSync(main, `export { ${names.join(', ')} } from './${whole}';\n`);
}

/** Returns wrangler.toml with the built Worker in the place of its source. */
function configOf(main: string): string {
  const changes = [
    ['main = "src/worker.ts"', `main = ${JSON.stringify(main)}\nno_bundle = true`],
    ['command = "node scripts/assets.ts"', 'command = ""'],
    ['directory = "dist/assets"', `directory = ${JSON.stringify(join(root, 'dist', 'assets'))}`],
  ] as const;
  let text = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  for (const [line, replacement] of changes) {
    if (text.split(line).length !== 2) throw new Error(`wrangler.toml does not have once: ${line}`);
    text = text.replace(line, () => replacement);
  }
  return `${text}\n[[rules]]\ntype = "ESModule"\nglobs = ["${whole}"]\n`;
}
