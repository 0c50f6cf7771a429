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

/** Bytes with gzip of what a visit loads: the shell, areas beside it, and parts of areas; some percent above what they are. */
const limits = {
  first: 182_000,
  area: 64_000,
  /** Together with the builder, which holds what they share. */
  agent: 68_000,
  /** Loaded on a screen that is shown already. */
  parts: {
    'pdf.mjs': 135_000,
    'screens/agents/diff-view.tsx': 70_000,
    'screens/knowledge/evaluation-trend.tsx': 78_000,
    'ui/chart.tsx': 30_000,
  },
};

const partOf = (name: string) =>
  Object.entries(limits.parts).find(([end]) => name.endsWith(end))?.[1];

function limitOf(name: string): number {
  if (name === 'first') return limits.first;
  const other = /^screens\/agents\/(?:improve|versions)\//.test(name) ? limits.agent : limits.area;
  return partOf(name) ?? other;
}

it('loads less than 250 KB at first with any area, and no chunk beyond its limit', async () => {
  await buildConsole();
  const chunks = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<
    string,
    Chunk & { readonly isDynamicEntry?: boolean }
  >;
  const shell = new Set<string>();
  const sizes = { first: weigh(chunks, 'main.tsx', shell) } as Record<string, number>;
  for (const [name, { isDynamicEntry = false }] of Object.entries(chunks))
    if (isDynamicEntry) sizes[name] = weigh(chunks, name, new Set(shell));
  const lines = Object.entries(sizes).map(
    ([name, size]) => `${String(size).padStart(8)} of ${limitOf(name)}  ${name}`,
  );
  process.stdout.write(`The console, bytes with gzip:\n${lines.join('\n')}\n`);
  expect(Object.keys(sizes).length).toBeGreaterThan(12);
  for (const [name, size] of Object.entries(sizes)) {
    expect([name, size < limitOf(name)]).toEqual([name, true]);
    if (!name.startsWith('screens/') || partOf(name) !== undefined) continue;
    const loaded = new Set<string>();
    const [, area = ''] = name.split('/');
    const visit = ['main.tsx', `screens/${area}/${area}.tsx`, name];
    const sum = visit.reduce((total, one) => total + weigh(chunks, one, loaded), 0);
    expect([name, sum < 250_000]).toEqual([name, true]);
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
