#!/usr/bin/env bash
# One would guess that a reader of Word documents that does not know phonetic guides (<w:ruby>, ECMA-376, 17.3.3.25) loses the small reading
# and keeps the word below it. mammoth and officeparser lose both: a Japanese name or term with furigana, or a Chinese one with
# pinyin, is missing from the text, and the sentence reads on as if nothing had been there. mammoth gives a warning among its messages,
# officeparser none. Who ingests Japanese or Chinese documents: replace each ruby element by the runs in its rubyBase first.
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
const run = (text) => `<w:r><w:t>${text}</w:t></w:r>`;
const properties = '<w:rubyPr><w:rubyAlign w:val="center"/><w:hps w:val="10"/><w:hpsRaise w:val="18"/><w:hpsBaseText w:val="21"/><w:lid w:val="ja-JP"/></w:rubyPr>';
const ruby = `<w:r><w:ruby>${properties}<w:rt>${run('さいとう')}</w:rt><w:rubyBase>${run('斉藤')}</w:rubyBase></w:ruby></w:r>`;
const file = document(`<w:p>${run('担当者は')}${ruby}${run('です。')}</w:p>`);
const { value, messages } = await mammoth.extractRawText({ buffer: file });
const text = (await parseOffice(file, { fileType: 'docx' })).toText().trim();
console.log('The document shows 担当者は斉藤です。');
console.log(`mammoth 1.13.0: ${value.trim()} (${messages.map(({ message }) => message).join(' ')})`);
console.log(`officeparser 7.8.0: ${text}`);
process.exit(value.trim() === '担当者はです。' && text === '担当者はです。' ? 0 : 1);
SCRIPT
node read.mjs
