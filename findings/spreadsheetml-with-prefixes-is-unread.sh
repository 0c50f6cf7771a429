#!/usr/bin/env bash
# One would guess that readers of workbooks know XML namespaces, so that <x:row> is read as <row>. Microsoft's Open XML SDK writes this prefix by
# default, so it is in workbooks of many .NET programs, and Excel opens them. ExcelJS throws "Cannot read properties of undefined
# (reading 'sheets')", and officeparser returns an empty text without any error. read-excel-file reads the same workbook. Who ingests
# workbooks: try one with prefixes, and treat an empty result as a failure.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund exceljs@4.4.0 officeparser@7.8.0 read-excel-file@9.3.17 fflate@0.8.3
cat >read.mjs <<'SCRIPT'
import ExcelJS from 'exceljs';
import { strToU8, zipSync } from 'fflate';
import { parseOffice } from 'officeparser';
import readExcel from 'read-excel-file/node';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const workbookWith = (p, xmlns) => {
  const parts = {
    '[Content_Types].xml': `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<${p}workbook ${xmlns}="${main}" xmlns:r="${office}"><${p}sheets><${p}sheet name="Prices" sheetId="1" r:id="rId1"/></${p}sheets></${p}workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<${p}worksheet ${xmlns}="${main}"><${p}sheetData><${p}row r="1"><${p}c r="A1" t="inlineStr"><${p}is><${p}t>price</${p}t></${p}is></${p}c></${p}row></${p}sheetData></${p}worksheet>`,
  };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)]))));
};
const readers = {
  'exceljs 4.4.0': async (file) => {
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.load(file);
    return workbook.worksheets[0].getCell('A1').value;
  },
  'officeparser 7.8.0': async (file) => (await parseOffice(file, { fileType: 'xlsx' })).toText().trim(),
  'read-excel-file 9.3.17': async (file) => (await readExcel(file))[0].data[0][0],
};
const found = [];
for (const [name, read] of Object.entries(readers)) {
  const texts = [];
  for (const file of [workbookWith('', 'xmlns'), workbookWith('x:', 'xmlns:x')]) texts.push(await read(file).catch((error) => `${error.name}: ${error.message}`));
  console.log(`${name}: without prefix ${JSON.stringify(texts[0])}, with prefix ${JSON.stringify(texts[1])}`);
  found.push(texts);
}
const [exceljs, officeparser, other] = found;
process.exit(exceljs[1].startsWith('TypeError') && officeparser[0] === 'price' && officeparser[1] === '' && other[1] === 'price' ? 0 : 1);
SCRIPT
node read.mjs
