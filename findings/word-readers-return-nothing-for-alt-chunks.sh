#!/usr/bin/env bash
# One would guess that a document that Word opens with all its text has that text for readers of DOCX files. html-docx-js, which many web
# applications export with, writes one <w:altChunk> (ECMA-376, 17.17.2.1) that points to an MHTML part; Word converts it when it opens the
# file, and until somebody saves it there is no paragraph. mammoth and officeparser return an empty text. Who ingests DOCX files: read the
# parts of altChunk as HTML, and never accept an empty result of a non-empty file in silence.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund html-docx-js@0.3.1 mammoth@1.13.0 officeparser@7.8.0
cat >read.mjs <<'SCRIPT'
import htmlDocx from 'html-docx-js';
import mammoth from 'mammoth';
import { parseOffice } from 'officeparser';
const file = Buffer.from(await new Response(htmlDocx.asBlob('<!DOCTYPE html><html><body><p>The fee is 5 euros.</p></body></html>')).arrayBuffer());
const { value, messages } = await mammoth.extractRawText({ buffer: file });
const text = (await parseOffice(file, { fileType: 'docx' })).toText();
console.log(`${file.length} bytes of html-docx-js 0.3.1: mammoth 1.13.0 ${JSON.stringify(value)} (${messages.map(({ message }) => message).join(' ')}), officeparser 7.8.0 ${JSON.stringify(text)}`);
process.exit(value === '' && text === '' ? 0 : 1);
SCRIPT
node read.mjs
