#!/usr/bin/env bash
# One would guess that the shown text of a negative number has its minus sign. A number format with conditions, such as the widespread
# [>=1000000]0.0,,"M";[>=1000]0.0,"K";0, has no section for negative numbers, so Excel writes the sign: -250 is "-250". SheetJS shows the absolute
# value, "250", in the text of the cell (w), in CSV and in HTML: a loss becomes a profit. It also rounds -1.5 with the format 0 to -1, where Excel
# shows -2. numfmt gives the sign. Who quotes figures from workbooks: compare the text's sign with the value (v).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund xlsx@0.18.5 numfmt@4.0.1
cat >read.mjs <<'SCRIPT'
import { format } from 'numfmt';
import XLSX from 'xlsx';
const cells = [[-250, '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0'], [-1.5, '0']];
const sheet = { '!ref': `A1:A${cells.length}` };
for (const [index, [v, z]] of cells.entries()) sheet[`A${index + 1}`] = { t: 'n', v, z };
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, sheet, 'Results');
const read = XLSX.read(XLSX.write(book, { type: 'buffer', bookType: 'xlsx' })).Sheets.Results;
const csv = XLSX.utils.sheet_to_csv(read).trim().split('\n');
for (const [index, [v, z]] of cells.entries()) console.log(`${v} as ${z}: xlsx ${XLSX.version} ${csv[index]}, numfmt 4.0.1 ${format(z, v)}`);
process.exit(csv.join() === '250,-1' ? 0 : 1);
SCRIPT
node read.mjs
