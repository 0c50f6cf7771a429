#!/usr/bin/env bash
# One would guess that a package that splits a stream into lines splits at newlines, so that JSON Lines has one document a line. byline splits at
# everything that Unicode calls a line end: vertical tab, form feed, U+0085, U+2028 and U+2029. JSON.stringify writes the last three as
# they are, and texts from PDFs and word processors contain them, so such a record is cut into pieces that do not parse.
# split2 and Node's readline read the file. Who reads JSONL: split at \n alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund byline@5.0.0 split2@4.2.0
cat >read.mjs <<'SCRIPT'
import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import byline from 'byline';
import split2 from 'split2';
const records = ['one\u2028two', 'three\u0085four', 'five'].map((text) => JSON.stringify({ text }));
const file = () => new PassThrough().end(`${records.join('\n')}\n`);
const count = async (lines) => {
  let lineCount = 0;
  for await (const _ of lines) lineCount++;
  return lineCount;
};
const counts = [
  await count(byline(file(), { encoding: 'utf8' })),
  await count(file().pipe(split2())),
  await count(createInterface({ input: file() })),
];
console.log(`${records.length} records: byline 5.0.0 ${counts[0]} lines, split2 4.2.0 ${counts[1]}, readline of Node ${process.version} ${counts[2]}`);
process.exit(counts[0] === 5 && counts[1] === 3 ? 0 : 1);
SCRIPT
node read.mjs
