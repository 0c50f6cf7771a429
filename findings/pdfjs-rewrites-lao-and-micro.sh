#!/usr/bin/env bash
# One would guess that getTextContent() returns the characters that the PDF maps its glyphs to, or at most splits ligatures. pdf.js applies
# NFKC to a list of some 500 characters: the micro sign µ (U+00B5) becomes the Greek letter μ, the ohm sign Ω the Greek Ω, and the Lao vowel
# ຳ (U+0EB3), which keyboards type and dictionaries contain, becomes two characters. The like Thai vowel ำ stays. So "5 µm" or "ນ້ຳ" of a
# PDF is not found by the words that people type, and quotes differ from the source. Who indexes PDFs: pass disableNormalization, or
# normalize both sides alike.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pdfjs-dist@6.1.200
cat >read.mjs <<'SCRIPT'
import { getDocument, version } from 'pdfjs-dist/legacy/build/pdf.mjs';
const letters = ['\u00b5', '\u2126', 'ຳ', 'ำ', '²', 'ﬁ'];
const hex = (number) => number.toString(16).padStart(4, '0');
const stream = (text) => `<< /Length ${text.length} >>\nstream\n${text}\nendstream endobj`;
const toUnicode = [
  '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def',
  '1 begincodespacerange <0000> <ffff> endcodespacerange',
  `${letters.length} beginbfchar`,
  ...letters.map((letter, index) => `<${hex(index + 1)}> <${hex(letter.charCodeAt(0))}>`),
  'endbfchar endcmap end end',
].join('\n');
const content = `BT /F 12 Tf 72 700 Td 20 TL ${letters.map((_, index) => `<${hex(index + 1)}> Tj T*`).join(' ')} ET`;
const pdf = [
  '%PDF-1.7',
  '1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj',
  '2 0 obj << /Type /Pages /Count 1 /Kids [3 0 R] >> endobj',
  '3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >> endobj',
  `4 0 obj ${stream(content)}`,
  '5 0 obj << /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >> endobj',
  '6 0 obj << /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 8 0 R /DW 1000 >> endobj',
  `7 0 obj ${stream(toUnicode)}`,
  '8 0 obj << /Type /FontDescriptor /FontName /Any /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> endobj',
  'trailer << /Root 1 0 R /Size 9 >>',
  '%%EOF\n',
].join('\n');
const read = async (options) => {
  const page = await (await getDocument({ data: new TextEncoder().encode(pdf), verbosity: 0 }).promise).getPage(1);
  return (await page.getTextContent(options)).items.map(({ str }) => str).filter((text) => text.trim() !== '');
};
const codes = (text) => [...text].map((letter) => `U+${hex(letter.codePointAt(0)).toUpperCase()}`).join(' ');
const [changed, exact] = [await read({}), await read({ disableNormalization: true })];
for (const [index, letter] of letters.entries()) console.log(`pdfjs-dist ${version}: ${letter} ${codes(letter)} is read as ${codes(changed[index])}, with disableNormalization ${codes(exact[index])}`);
process.exit(changed.join() === ['\u03bc', '\u03a9', 'ໍາ', 'ำ', '²', 'fi'].join() && exact.join() === letters.join() ? 0 : 1);
SCRIPT
node read.mjs
