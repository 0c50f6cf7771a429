#!/usr/bin/env bash
# One would guess that a reader of workbooks reads the cell type "d", an ISO 8601 date (ECMA-376, 18.18.11), as that date. ExcelJS parses the
# text as a number of days, which ends at the first hyphen: every day of 2024 is a time on 16 July 1905, and no error tells. Excel writes such
# cells in "Strict Open XML" workbooks; SheetJS and read-excel-file read them. Who imports dates: reject years
# before the first plausible one, or read with another package.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund exceljs@4.4.0 read-excel-file@9.3.17 fflate@0.8.3
cat >read.mjs <<'SCRIPT'
import ExcelJS from 'exceljs';
import { strToU8, zipSync } from 'fflate';
import readExcel from 'read-excel-file/node';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const parts = {
  '[Content_Types].xml': `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Dates" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1" s="1" t="d"><v>2024-03-01T00:00:00</v></c></row></sheetData></worksheet>`,
};
const file = Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)]))));
const workbook = new ExcelJS.Workbook();
await workbook.xlsx.load(file);
const read = workbook.worksheets[0].getCell('A1').value;
const [{ data }] = await readExcel(file);
console.log(`2024-03-01T00:00:00: exceljs 4.4.0 ${read.toISOString()}, read-excel-file 9.3.17 ${data[0][0].toISOString()}`);
process.exit(read.getUTCFullYear() === 1905 && data[0][0].getUTCFullYear() === 2024 ? 0 : 1);
SCRIPT
node read.mjs
