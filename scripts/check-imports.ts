// Checks the direction of imports (docs/architecture.md, "Folders and ranks"): a file imports its own folder or
// folders of a lower rank; features import one another through index.ts only. Neither files nor folders form cycles. What is
// loaded on demand does not import features.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { checkLazyImports, readImports } from './conventions/lazy-imports.ts';

/** Folders and files directly in src, lowest rank first. Some folders do not exist yet. */
const ranks = [
  'shared',
  'db',
  'platform',
  'http',
  'jobs',
  'identity',
  'secrets',
  'notifications',
  'models',
  'usage',
  'rate-limits',
  'budgets',
  'workspaces',
  'llm',
  'documents',
  'web',
  'hand-overs',
  'tools',
  'knowledge',
  'agents',
  'experiments',
  'execution',
  'runs',
  'code',
  'sessions',
  'channels',
  'schedules',
  'share-links',
  'protocols',
  'evaluation',
  'architect',
  'analytics',
  'invoices',
  'observability',
  'end-users',
  'deployment',
  'erasure',
  'features.ts',
  'app.ts',
  'worker.ts',
];
/** Folders without an index.ts: all of their files may be imported. */
const open = new Set(['shared', 'db', 'platform', 'http']);

const root = join(import.meta.dirname, '..', 'src');
/** Code of browsers, of which the Worker imports nothing. */
const inBrowsers = /^(?:widget|console|client)\//;
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !inBrowsers.test(file),
);

const folderOf = (file: string) => file.split('/')[0] ?? file;
const rankOf = (file: string) => ranks.indexOf(folderOf(file));
const importsOf = (file: string) =>
  [
    // Others are data, such as what scripts/assets.ts makes.
    ...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g),
  ].map(([, target = '']) => relative(root, join(root, dirname(file), target)));

const graph = new Map(files.map((file) => [file, importsOf(file)]));
const problems: string[] = [];
for (const [file, targets] of graph) {
  if (rankOf(file) < 0) problems.push(`${file} has no rank`);
  for (const target of targets) {
    if (!graph.has(target)) problems.push(`${file} imports ${target}, which does not exist`);
    else if (rankOf(target) > rankOf(file))
      problems.push(`${file} imports ${target}, which is of a higher rank`);
    else if (
      target.includes('/') &&
      folderOf(target) !== folderOf(file) &&
      !open.has(folderOf(target)) &&
      !target.endsWith('/index.ts')
    )
      problems.push(`${file} imports ${target} and not its index.ts`);
  }
}

problems.push(
  ...checkLazyImports(
    new Map(files.map((file) => [file, readImports(file, readFileSync(join(root, file), 'utf8'))])),
  ),
);

/** Reports cycles of files by a depth-first walk; type-only imports count. The order of ranks excludes cycles of folders. */
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
