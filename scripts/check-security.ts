// Checks docs/security.md: every requirement occurs once, lists exactly the tests that name it in their titles, and is
// not marked as proved without a test. `node scripts/check-security.ts --write` updates the lists of tests.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = 'docs/security.md';
const requirements = 86;

const filesIn = (folder: string, ending: RegExp) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file) && !file.includes('node_modules'))
    .map((file) => `${folder}/${file}`)
    .sort();

/** A title that names requirements: the first argument of a call, such as `it('… (R5, R7)', …)`. */
const title = /\(\s*(['"`])((?:\\.|(?!\1)[^\\\n])*\(R\d+(?:, R\d+)*\)(?:\\.|(?!\1)[^\\\n])*)\1/g;

/** Returns the lines `file: title` of the tests that name each requirement, by number. */
function readTests(): Map<number, string[]> {
  const tests = new Map<number, string[]>();
  for (const file of filesIn('test', /(?<!\.d)\.ts$/)) {
    for (const [, , text = ''] of readFileSync(join(root, file), 'utf8').matchAll(title)) {
      const line = `[${file}](../${file}): ${text.replaceAll(/\\(.)/g, '$1').replaceAll('`', "'")}`;
      for (const number of numbersIn(text)) tests.set(number, [...(tests.get(number) ?? []), line]);
    }
  }
  return tests;
}

const numbersIn = (text: string) =>
  [...text.matchAll(/\bR(\d{1,2})\b/g)].map(([, digits]) => Number(digits));

interface Entry {
  readonly number: number;
  readonly status: string;
  readonly text: string;
  readonly tests: readonly string[];
}

/** `- **R5 · proved.** Text` with one line `  - [file](../file): title` for each test. */
const entry = /^- \*\*R(\d+) · ([a-z ]+)\.\*\* (.*\n(?: {2}(?!- ).*\n)*)((?: {2}- .*\n)*)/gm;

const readPage = (markdown: string): Entry[] =>
  [...markdown.matchAll(entry)].map(([, number, status = '', text = '', tests = '']) => ({
    number: Number(number),
    status,
    text,
    tests: tests
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/^ {2}- /, '')),
  }));

const problemsOf = (found: Entry, named: readonly string[]): string[] => {
  const { number, status, text, tests } = found;
  const problems: string[] = [];
  const has = (word: string) => text.includes(`${word}: `);
  if (!['proved', 'partly proved', 'not built yet'].includes(status))
    problems.push(`unknown status "${status}"`);
  if (status === 'proved' && has('Missing')) problems.push('is proved, and something is missing');
  if (status === 'partly proved' && !has('Missing'))
    problems.push('is partly proved: say what is missing after "Missing: "');
  if (status === 'not built yet' && !has('Reason'))
    problems.push('is not built: say why after "Reason: "');
  if (status === 'not built yet' && named.length > 0) problems.push('is not built, and has tests');
  if (status !== 'not built yet' && named.length === 0)
    problems.push('is proved by no test: name it in a title, as (R5)');
  if (tests.join('\n') !== named.join('\n'))
    problems.push('lists other tests than those that name it: run check-security.ts --write');
  return problems.map((problem) => `${page}: R${number} ${problem}`);
};

/** Reports requirement numbers in code and documents that do not exist. */
const strays = () =>
  [
    ...filesIn('src', /\.ts$/),
    ...filesIn('test', /(?<!\.d)\.ts$/),
    ...filesIn('scripts', /\.ts$/),
    ...filesIn('docs', /\.md$/),
  ].flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\(R(\d{1,3})\b/g)]
      .filter(([, digits]) => Number(digits) < 1 || Number(digits) > requirements)
      .map(([, digits]) => `${file} names R${digits}, which is not a requirement`),
  );

const tests = readTests();
const markdown = readFileSync(join(root, page), 'utf8');
const written = markdown.replaceAll(
  entry,
  (_, number: string, status: string, text: string) =>
    `- **R${number} · ${status}.** ${text}${(tests.get(Number(number)) ?? []).map((line) => `  - ${line}\n`).join('')}`,
);
if (process.argv.includes('--write')) writeFileSync(join(root, page), written);

const entries = readPage(process.argv.includes('--write') ? written : markdown);
const problems = [
  ...strays(),
  ...entries.flatMap((found) => problemsOf(found, tests.get(found.number) ?? [])),
];
const order = entries.map(({ number }) => number).join();
if (order !== Array.from({ length: requirements }, (_, index) => index + 1).join())
  problems.push(`${page} does not have R1 to R${requirements} once each, in order: ${order}`);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${requirements} security requirements, with the tests that name them`);
