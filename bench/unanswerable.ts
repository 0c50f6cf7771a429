// npm run bench:unanswerable -- FOLDER [--fit] [--queries N]: measures how well search without a model tells questions
// that a base does not answer. FOLDER is that of bench:retrieval, with squad-dev and xquad-{en,zh,th}. Half of the articles
// are for `--fit`, which prints new weights for src/knowledge/search/confidence.ts; the figures are of the other half.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  featuresOf,
  judge,
  judgedPassages,
  probabilityOf,
} from '../src/knowledge/search/confidence.ts';
import { hasSubject, subjectTerms } from '../src/knowledge/search/evidence.ts';
import { focusOf } from '../src/knowledge/search/focus.ts';
import { matchPassage } from '../src/knowledge/search/match.ts';
import { type Case, casesOf, type Kind } from './unanswerable/cases.ts';
import { bestPoints, type Judged, operatingPoint, reliability } from './unanswerable/figures.ts';
import { fitLogistic } from './unanswerable/fit.ts';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { fit: { type: 'boolean' }, queries: { type: 'string', default: '600' } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: npm run bench:unanswerable -- FOLDER [--fit] [--queries N]');
  process.exit(2);
}

const collections = ['squad-dev', 'xquad-en', 'xquad-zh', 'xquad-th'];
const kinds: readonly Kind[] = ['removed', 'other subject', 'swapped entity', 'swapped type'];
/** Shares of the kinds among questions without an answer. */
const shares: Readonly<Record<string, number>> = {
  answerable: 1,
  removed: 0.3,
  'other subject': 0.3,
  'swapped entity': 0.3,
  'swapped type': 0.1,
};

interface Result extends Judged, Pick<Case, 'collection' | 'size' | 'kind'> {
  readonly coverage: string;
  readonly isTraining: boolean;
  readonly features: readonly number[];
}

const claims = readFileSync(join(folder, 'scifact-train', 'queries.jsonl'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line): string => JSON.parse(line).text);

/** Every second title in the order of a hash, the same in all languages. */
function isTraining(article: string): boolean {
  let hash = 7;
  for (const character of article) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return (hash >>> 3) % 2 === 0;
}

function measure(one: Case): Omit<Result, 'weight'> | null {
  const { terms, passages } = one.base.search(one.query, judgedPassages);
  // The rest of the article may answer a question whose paragraph is removed.
  const isKnown = passages.some(({ text }) => one.answers.some((answer) => text.includes(answer)));
  if (one.kind === 'removed' && isKnown) return null;
  const question = { terms: subjectTerms(terms), focus: focusOf(one.query) };
  const matches = passages.map((row) => matchPassage(question, row));
  const best = matches.toSorted((a, b) => probabilityOf(b) - probabilityOf(a))[0];
  return {
    ...judge(matches, null, hasSubject(terms)),
    ...{ collection: one.collection, size: one.size, kind: one.kind },
    isAnswerable: one.kind === 'answerable',
    isTraining: isTraining(one.article),
    features: best === undefined ? [] : featuresOf(best),
  };
}

/** Weighs each collection and size the same, each kind by its share, and both classes the same. */
function weigh(results: readonly Omit<Result, 'weight'>[]): Result[] {
  const groupOf = ({ collection, size, kind, isTraining: half }: Omit<Result, 'weight'>) =>
    `${collection} ${size} ${kind} ${half}`;
  const counts = Map.groupBy(results, groupOf);
  return results.map((result) => ({
    ...result,
    weight: (shares[result.kind] ?? 0) / (counts.get(groupOf(result))?.length ?? 1),
  }));
}

const results = weigh(
  collections.flatMap((collection) =>
    casesOf(folder, collection, claims, Number(flags.queries)).flatMap((one) => measure(one) ?? []),
  ),
);
const tested = results.filter((result) => !result.isTraining);
const row = (...cells: readonly (string | number)[]) =>
  console.log(
    cells
      .map((cell, index) =>
        (typeof cell === 'number' ? cell.toFixed(3) : cell).padEnd(index === 0 ? 24 : 12),
      )
      .join(''),
  );

if (flags.fit) {
  const coefficients = fitLogistic(
    results
      .filter((result) => result.isTraining && result.features.length > 0)
      .map(({ features, isAnswerable, weight }) => ({
        features,
        isPositive: isAnswerable,
        weight,
      })),
  );
  console.log('weights:', coefficients.map((value) => value.toFixed(2)).join(' '), '\n');
}

row('questions', 'confidence', 'none', 'partial', 'full', 'count');
for (const kind of ['answerable', ...kinds]) {
  const own = tested.filter((result) => result.kind === kind);
  const share = (coverage: string) =>
    own.filter((result) => result.coverage === coverage).length / own.length;
  const mean = own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
  row(kind, mean, share('none'), share('partial'), share('full'), String(own.length));
}

console.log('\n“not found” at coverage none, and at the best thresholds');
row('questions', 'precision', 'recall', 'lost', 'R at P .9', 'P at R .8');
const threshold = Math.min(
  1,
  ...tested.filter(({ coverage }) => coverage !== 'none').map(({ confidence }) => confidence),
);
function report(name: string, items: readonly Result[]): void {
  const { precision, recall, lost } = operatingPoint(items, threshold);
  const { recallAt90, precisionAt80 } = bestPoints(items);
  row(name, precision, recall, lost, recallAt90, precisionAt80);
}
report('all', tested);
for (const kind of kinds)
  report(
    kind,
    tested.filter((result) => result.isAnswerable || result.kind === kind),
  );
report(
  'removed and other',
  tested.filter(({ kind }) => !kind.startsWith('swapped')),
);
for (const collection of collections)
  for (const size of ['article', 'collection'] as const)
    report(
      `${collection}, ${size}`,
      tested.filter(
        (one) =>
          one.collection === collection && one.size === size && !one.kind.startsWith('swapped'),
      ),
    );

console.log('\ncurve of all');
row('threshold', 'precision', 'recall', 'lost');
for (let at = 0.05; at < 0.96; at += 0.05) {
  const { precision, recall, lost } = operatingPoint(tested, at);
  row(at.toFixed(2), precision, recall, lost);
}

console.log('\nreliability');
row('confidence', 'mean', 'answerable', 'count');
for (const { from, confidence, answerable, count } of reliability(tested))
  row(`${from.toFixed(1)}–${(from + 0.1).toFixed(1)}`, confidence, answerable, String(count));
