#!/usr/bin/env bash
# One would guess that mammoth reads the shown result of a field in either of the two forms of WordprocessingML. It reads the one of five runs
# (fldChar), and drops the other whole: <w:fldSimple> with its result, so numbers of captions, cross-references, dates and document properties
# are missing: "Table 3" becomes "Table ". The same holds for <w:bdo> and <w:dir>, the directional runs of Hebrew and Arabic texts,
# whose words are lost. Only a warning tells. officeparser keeps all three. Who converts with mammoth: treat the message "An unrecognised
# element was ignored: w:…" as lost text, or unwrap these elements before.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund mammoth@1.13.0 officeparser@7.8.0 fflate@0.8.3
cat >read.mjs <<'SCRIPT'
import mammoth from 'mammoth';
import { parseOffice } from 'officeparser';
import { strToU8, zipSync } from 'fflate';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const w = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const document = (body) => {
  const parts = {
    '[Content_Types].xml': `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<w:document xmlns:w="${w}"><w:body>${body}</w:body></w:document>`,
  };
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)]))));
};
const run = (text) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const cases = {
  'Table 3': `${run('Table ')}<w:fldSimple w:instr=" SEQ Table \\* ARABIC ">${run('3')}</w:fldSimple>`,
  'see שלום': `${run('see ')}<w:bdo w:val="rtl">${run('שלום')}</w:bdo>`,
  'and עולם': `${run('and ')}<w:dir w:val="rtl">${run('עולם')}</w:dir>`,
};
const found = [];
for (const [shown, runs] of Object.entries(cases)) {
  const file = document(`<w:p>${runs}</w:p>`);
  const { value, messages } = await mammoth.extractRawText({ buffer: file });
  const text = (await parseOffice(file, { fileType: 'docx' })).toText().trim();
  console.log(`${shown}: mammoth 1.13.0 ${JSON.stringify(value.trimEnd())} (${messages.map(({ message }) => message).join(' ')}), officeparser 7.8.0 ${JSON.stringify(text)}`);
  found.push(value.trim() === shown.split(' ')[0] && text === shown);
}
process.exit(found.every(Boolean) ? 0 : 1);
SCRIPT
node read.mjs
