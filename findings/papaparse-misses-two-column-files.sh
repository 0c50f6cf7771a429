#!/usr/bin/env bash
# One would guess that Papa Parse finds the delimiter of a small file with two columns, "a;b" above "1;2". Its guess counts the empty line
# after the last newline as a row of one field, and refuses a delimiter whose rows have less than 1.99 fields on average. So a file of two columns
# and at most nine lines that ends with a newline, as programs write it, is read as one column, or is cut at the commas of its texts: even
# at those inside of quotes. Without the last newline, or with skipEmptyLines, all is well. Who accepts CSV files: set
# skipEmptyLines, and look at the error UndetectableDelimiter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund papaparse@5.7.1
cat >parse.mjs <<'SCRIPT'
import Papa from 'papaparse';
const files = ['a;b\n1;2\n', 'a\tb\n1\t2\n', `a;b\n${'1;2\n'.repeat(8)}`, 'id;text\n1;"one, two, three"\n2;"four, five, six"\n'];
const found = files.map((file) => {
  const [plain, trimmed, skipping] = [Papa.parse(file), Papa.parse(file.trimEnd()), Papa.parse(file, { skipEmptyLines: true })];
  console.log(`${JSON.stringify(file)}: ${JSON.stringify(plain.data[1])} ${plain.errors.map(({ code }) => code).join()}; without the last newline ${JSON.stringify(trimmed.data[1])}; with skipEmptyLines ${JSON.stringify(skipping.data[1])}`);
  return [plain, trimmed, skipping].map(({ meta }) => meta.delimiter);
});
process.exit(found.every(([plain, trimmed, skipping]) => plain === ',' && trimmed !== ',' && skipping !== ',') ? 0 : 1);
SCRIPT
node parse.mjs
