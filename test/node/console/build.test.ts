import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildConsole } from '../../../scripts/console.ts';

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const folder = join(import.meta.dirname, '../../../dist/assets/console/build');
const sizeOf = (file: string) =>
  gzipSync(readFileSync(join(folder, file)), { level: 9 }).byteLength;

/** Bytes with gzip of a chunk and everything that it needs at once, without what is in `loaded`. */
function weigh(chunks: Readonly<Record<string, Chunk>>, name: string, loaded: Set<string>): number {
  const chunk = chunks[name];
  if (chunk === undefined) throw new Error(`The build has no chunk ${name}.`);
  const own = [chunk.file, ...(chunk.css ?? [])].filter((file) => !loaded.has(file));
  for (const file of own) loaded.add(file);
  const inner = (chunk.imports ?? []).map((one) => weigh(chunks, one, loaded));
  return [...own.map(sizeOf), ...inner].reduce((sum, size) => sum + size, 0);
}

it('loads less than 250 KB at first, and less than 150 KB for each area', async () => {
  await buildConsole();
  const chunks = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<
    string,
    Chunk & { readonly isDynamicEntry?: boolean }
  >;
  const shell = new Set<string>();
  const sizes = { first: weigh(chunks, 'main.tsx', shell) } as Record<string, number>;
  for (const [name, { isDynamicEntry = false }] of Object.entries(chunks))
    if (isDynamicEntry) sizes[name] = weigh(chunks, name, new Set(shell));
  console.table(sizes);
  const areas = Object.entries(sizes).filter(([name]) => name.startsWith('screens/'));
  expect(areas.length).toBeGreaterThan(0);
  for (const [name, size] of areas) {
    expect([name, size < 150_000]).toEqual([name, true]);
    expect([name, (sizes.first ?? 0) + size < 250_000]).toEqual([name, true]);
  }
});

it('has no class with two looks: styles of areas stay in the page once they were loaded', () => {
  const root = join(import.meta.dirname, '../../../src/console');
  const classesOf = (pattern: string) =>
    globSync(pattern, { cwd: root }).map(
      (file) =>
        [
          file,
          new Set(readFileSync(join(root, file), 'utf8').match(/\.[a-z][a-z0-9-]*(?=[^{}]*\{)/g)),
        ] as const,
    );
  const shared = new Set(classesOf('styles/*.css').flatMap(([, classes]) => [...classes]));
  const owners = new Map<string, string>();
  for (const [file, classes] of classesOf('screens/*/*.css'))
    for (const one of classes) {
      if (shared.has(one)) continue;
      expect([one, owners.get(one) ?? file]).toEqual([one, file]);
      owners.set(one, file);
    }
  expect(owners.size).toBeGreaterThan(50);
});
