#!/usr/bin/env bash
# pdf.js reads the glyphs of marked content and never the ActualText (ISO 32000-2, 14.9.4) that says what they stand for. Office programs
# write it for Thai and Indic text, whose glyphs do not tell their letters, so getTextContent() returns other letters than a reader
# sees, than a browser's copy of other viewers gives, and than pdftotext prints. Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pdfjs-dist@6.1.200
cat >read.mjs <<'SCRIPT'
import { getDocument, version } from 'pdfjs-dist/legacy/build/pdf.mjs';
const content = '/Span << /ActualText (right) >> BDC BT /F 12 Tf 72 700 Td (wr0ng) Tj ET EMC';
const pdf = [
  '%PDF-1.7',
  '1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj',
  '2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj',
  '3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >> endobj',
  `4 0 obj << /Length ${content.length} >>\nstream\n${content}\nendstream endobj`,
  '5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj',
  'trailer << /Root 1 0 R /Size 6 >>',
  '%%EOF\n',
].join('\n');
const page = await (await getDocument({ data: new TextEncoder().encode(pdf), verbosity: 0 }).promise).getPage(1);
const { items } = await page.getTextContent({ includeMarkedContent: true });
const text = items.map((item) => item.str ?? '').join('');
console.log(`pdfjs-dist ${version}: the marked content reads ${JSON.stringify(text)}; its ActualText is "right"`);
console.log(JSON.stringify(items));
process.exit(text === 'wr0ng' ? 0 : 1);
SCRIPT
node read.mjs
