// Checks rules that the linter cannot express: which code may send requests and read the clock, the form
// of migrations, the length of files, waits of tests, references in comments and pages, and the wording of texts.
import { readdirSync } from 'node:fs';
import { checkCode } from './conventions/code.ts';
import { checkMigrations } from './conventions/migrations.ts';
import { checkReferences } from './conventions/references.ts';
import { checkSizes } from './conventions/sizes.ts';
import { filesIn, readSource, root } from './conventions/source.ts';
import { checkWaits } from './conventions/waits.ts';
import { checkWords } from './conventions/words.ts';

const sources = ['src', 'test', 'scripts', 'bench'].flatMap((folder) =>
  filesIn(folder, /(?<!\.d)\.(?:ts|js)$/).map(readSource),
);
const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...['docs', '.github'].flatMap((folder) => filesIn(folder, /\.md$/)),
];

const problems = [
  ...checkCode(),
  ...checkSizes(sources),
  ...checkWaits(sources),
  ...checkReferences(sources, pages),
  ...checkWords(sources, pages),
  ...checkMigrations(),
];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('conventions hold');
