// npm run bench:documents -- [FOLDER] [--show NAME]: measures how much of the text of real documents is extracted, in order.
// FOLDER contains `sources/NAME` and its Markdown in `expected`, under the same name or its first part (`report` for `report.a.docx`).
// The score of a document is the longest common subsequence of words divided by the number of expected words.
// https://en.wikipedia.org/wiki/Longest_common_subsequence
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import './pdf-in-node.ts';
import { extractDocument } from '../src/documents/extract.ts';
import type { DocumentFormat } from '../src/documents/format.ts';
import { identifyFormat } from '../src/documents/identify.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { show: { type: 'string' } },
});
const folder = positionals[0] ?? join(import.meta.dirname, 'extraction');

/** Character maps of PDFs, as the Worker's assets have them. */
const cmaps = join(
  dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json')),
  'cmaps',
);
const assets = {
  read: async (path: string) => {
    const file = join(cmaps, basename(path));
    return existsSync(file) ? Uint8Array.from(readFileSync(file)) : null;
  },
};

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Removes invisible parts of the expected text: comments, pictures, addresses of links. */
const plain = (markdown: string) =>
  markdown
    .replaceAll(/<!--[\s\S]*?-->/g, ' ')
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, ' ')
    .replaceAll(/\]\([^)\s]*\)/g, '] ');

/** Returns the length of the longest common subsequence, in memory of one row. */
function common(left: readonly string[], right: readonly string[]): number {
  let above = new Uint32Array(right.length + 1);
  for (const word of left) {
    const row = new Uint32Array(right.length + 1);
    for (let at = 1; at <= right.length; at += 1) {
      row[at] =
        right[at - 1] === word
          ? (above[at - 1] ?? 0) + 1
          : Math.max(above[at] ?? 0, row[at - 1] ?? 0);
    }
    above = row;
  }
  return above[right.length] ?? 0;
}

/** Returns the format of a document; null for an unsupported file. */
function formatOfName(name: string): DocumentFormat | null {
  try {
    const format = identifyFormat(name, '', ['document']);
    return format.kind === 'document' ? format : null;
  } catch {
    return null;
  }
}

const scores = new Map<string, { name: string; score: number; took_ms: number }[]>();
for (const name of readdirSync(join(folder, 'sources')).sort()) {
  const expectedFile = [name, name.split('.')[0]]
    .map((stem) => join(folder, 'expected', `${stem}.md`))
    .find(existsSync);
  if (expectedFile === undefined) continue;
  const format = formatOfName(name);
  if (format === null) continue;
  const started = performance.now();
  const text = await extractDocument(
    format,
    Uint8Array.from(readFileSync(join(folder, 'sources', name))),
    { assets },
  ).then(
    (document) => document.text,
    (error: Error) => `${error.message}`,
  );
  const took_ms = performance.now() - started;
  if (values.show === name) console.log(text);
  const expected = wordsOf(plain(readFileSync(expectedFile, 'utf8')));
  const score = expected.length === 0 ? 1 : common(expected, wordsOf(text)) / expected.length;
  scores.set(format.title, [...(scores.get(format.title) ?? []), { name, score, took_ms }]);
}

for (const [title, entries] of scores) {
  const mean = entries.reduce((sum, { score }) => sum + score, 0) / entries.length;
  console.log(
    `${title.padEnd(15)} ${mean.toFixed(3)} mean of ${entries.length}, lowest ${Math.min(...entries.map(({ score }) => score)).toFixed(3)}`,
  );
  for (const { name, score, took_ms } of entries)
    console.log(`  ${score.toFixed(3)} ${took_ms.toFixed(0).padStart(5)} ms  ${name}`);
}
