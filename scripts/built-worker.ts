// The Worker as `wrangler dev` builds it, kept for the many servers of the tests: building it again for each would be a
// third of the CPU of a start. scripts/server.ts takes the configuration of such a folder from `BUILT_WORKER`.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnServer } from './spawned-server.ts';

const root = join(import.meta.dirname, '..');
/** Here wrangler builds while a server runs, in a folder for each server. */
const builds = join(root, '.wrangler', 'tmp');

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
    const path = join(copy, 'wrangler.toml');
    writeFileSync(path, configOf(join(copy, 'worker.js')));
    return path;
  } finally {
    await server.stop();
  }
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
  return text;
}
