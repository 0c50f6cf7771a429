// npm run client: writes the types of the API for src/client, from the document of a local server. A test compares them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnServer } from './spawned-server.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'src/client/schema.d.ts');

const omitted = new Set([
  'description',
  'example',
  'examples',
  'summary',
  'headers',
  'x-permission',
]);

/** Every failure of an operation, since the client throws it as a `Problem`. */
const failure = {
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Failure' } } },
};

/** Returns the document without texts, and with one failure for each operation, which are 90 % of the types. */
function bare(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => bare(one));
  if (typeof value !== 'object' || value === null) return value;
  const isMap = parent === 'properties' || parent === 'schemas';
  const kept = Object.entries(value)
    .filter(([name]) => isMap || !omitted.has(name))
    .filter(([name]) => parent !== 'responses' || name.startsWith('2'))
    .map(([name, inner]) => [name, bare(inner, isMap ? '' : name)]);
  const added = { responses: { default: failure }, schemas: { Failure: { type: 'object' } } };
  return { ...Object.fromEntries(kept), ...added[parent as keyof typeof added] };
}

/** Returns the source of the types, by the generator's own TypeScript. */
export function generateTypes(document: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'client-'));
  try {
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(bare(document)));
    const { resolve } = createRequire(join(root, 'test/node/generators/package.json'));
    const cli = join(dirname(resolve('openapi-typescript/package.json')), 'bin/cli.js');
    const out = join(folder, 'schema.d.ts');
    execFileSync(
      process.execPath,
      [
        cli,
        join(folder, 'openapi.json'),
        '-o',
        out,
        '--root-types',
        '--root-types-no-schema-prefix',
      ],
      { stdio: 'ignore' },
    );
    const types = readFileSync(out, 'utf8');
    return types.replace(/\bFailure: [^;]+;/, 'Failure: import("./problem.ts").Problem;');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const state = mkdtempSync(join(tmpdir(), 'client-state-'));
  const server = await spawnServer(state, ['--no-sample']);
  try {
    writeFileSync(target, generateTypes(await (await fetch(`${server.url}/openapi.json`)).json()));
  } finally {
    await server.stop();
    rmSync(state, { recursive: true });
  }
}
