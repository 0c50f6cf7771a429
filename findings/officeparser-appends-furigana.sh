#!/usr/bin/env bash
# One would guess that the text of a cell is what Excel shows. Japanese Excel keeps the reading of a word that was typed beside it (<rPh>,
# ECMA-376, 18.4.6), hidden unless somebody turns it on. officeparser joins it to the word: 東京 becomes 東京トウキョウ, in names, addresses and
# codes of many Japanese workbooks, so exact matches, counts and quotes are wrong. ExcelJS leaves it out. Who indexes Japanese
# workbooks: remove rPh elements, or read with another package.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund exceljs@4.4.0 officeparser@7.8.0 fflate@0.8.3
cat >read.mjs <<'SCRIPT'
import ExcelJS from 'exceljs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { parseOffice } from 'officeparser';
const workbook = new ExcelJS.Workbook();
workbook.addWorksheet('名簿').getCell('A1').value = '東京';
const parts = unzipSync(new Uint8Array(await workbook.xlsx.writeBuffer()));
const strings = 'xl/sharedStrings.xml';
parts[strings] = strToU8(strFromU8(parts[strings]).replace('</t></si>', '</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="0"/></si>'));
const file = Buffer.from(zipSync(parts));
const again = new ExcelJS.Workbook();
await again.xlsx.load(file);
const other = again.worksheets[0].getCell('A1').value;
const text = (await parseOffice(file, { fileType: 'xlsx' })).toText().trim();
console.log(`The cell shows 東京: officeparser 7.8.0 ${text}, exceljs 4.4.0 ${typeof other === 'string' ? other : JSON.stringify(other)}`);
process.exit(text.includes('東京トウキョウ') ? 0 : 1);
SCRIPT
node read.mjs
