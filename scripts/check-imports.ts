// Proves that imports go one way (docs/architecture.md, "One direction"): a file imports its own folder,
// or folders of a lower rank. Between features only through index.ts. No cycles inside src.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Lowest first. Folders on one line may know each other. */
const ranks = [
  ['shared'],
  ['db', 'platform'],
  ['http'],
  ['identity'],
  ['workspaces'],
  ['secrets'],
  ['notifications'],
  ['usage'],
  ['rate-limits'],
  ['budgets'],
  ['llm'],
  ['documents'],
  ['tools'],
  ['knowledge'],
  ['agents'],
  ['experiments'],
  ['execution'],
  ['runs'],
  ['sessions'],
  ['protocols'],
  ['evaluation'],
  ['architect'],
  ['analytics'],
  ['observability'],
  ['erasure'],
  ['jobs'],
  ['features.ts'],
  ['app.ts'],
  ['worker.ts'],
];
const firstBesides = ranks.findIndex((row) => row.includes('jobs'));
const features = new Set(ranks.slice(3, firstBesides).flat());

const root = join(import.meta.dirname, '..', 'src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
);

const placeOf = (file: string) =>
  ranks.flat().includes(file) ? file : (file.split('/')[0] ?? file);
const rankOf = (file: string) => ranks.findIndex((row) => row.includes(placeOf(file)));
const importsOf = (file: string) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    ([, target = '']) => relative(root, join(root, dirname(file), target)),
  );

const graph = new Map(files.map((file) => [file, importsOf(file)]));
const problems: string[] = [];
for (const [file, targets] of graph) {
  if (rankOf(file) < 0) problems.push(`${file} has no rank`);
  for (const target of targets) {
    if (!graph.has(target)) problems.push(`${file} imports ${target}, which does not exist`);
    else if (rankOf(target) > rankOf(file))
      problems.push(`${file} imports ${target}, which is of a higher rank`);
    else if (
      features.has(placeOf(target)) &&
      placeOf(target) !== placeOf(file) &&
      !target.endsWith('/index.ts')
    ) {
      problems.push(`${file} imports ${target} past its index.ts`);
    }
  }
}

/** Depth-first; a file met again while it is open closes a cycle. Type-only cycles count too: they are as hard to read. */
const done = new Set<string>();
function visit(file: string, open: readonly string[]): void {
  if (open.includes(file))
    problems.push(`cycle: ${[...open.slice(open.indexOf(file)), file].join(' -> ')}`);
  if (open.includes(file) || done.has(file)) return;
  for (const target of graph.get(file) ?? []) visit(target, [...open, file]);
  done.add(file);
}
for (const file of files) visit(file, []);

if (problems.length > 0) {
  console.error([...new Set(problems)].join('\n'));
  process.exit(1);
}
console.log(`${files.length} files, imports go one way`);
