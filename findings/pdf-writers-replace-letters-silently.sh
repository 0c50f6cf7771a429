#!/usr/bin/env bash
# One would guess that a PDF library throws, or draws an empty box, for a letter that its built-in Helvetica does not have (it has those of
# windows-1252). pdf-lib throws. PDFKit and jsPDF write other letters without a word: "Erdős, Łódź" is shown as "Erd 0, 6Az" by PDFKit; jsPDF
# writes two bytes for each character of the whole line, "E r d Q s", so even its ASCII letters are spaced out. That is what a reader sees and
# extractors give: invoices made so hold wrong names. Who makes PDFs: embed a font with the letters. Who reads them: no extractor can mend it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pdfkit@0.20.2 jspdf@4.2.1 pdf-lib@1.17.1 pdfjs-dist@6.1.200
cat >write.mjs <<'SCRIPT'
import { buffer } from 'node:stream/consumers';
import { jsPDF } from 'jspdf';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import PDFKit from 'pdfkit';
const line = 'Paid by Erdős, Łódź';
const read = async (data) => {
  const page = await (await getDocument({ data: new Uint8Array(data), verbosity: 0 }).promise).getPage(1);
  return (await page.getTextContent()).items.map(({ str }) => str).join('');
};
const kit = new PDFKit();
kit.text(line);
kit.end();
const js = new jsPDF();
js.text(line, 10, 10);
const lib = await PDFDocument.create();
const font = await lib.embedFont(StandardFonts.Helvetica);
let error = null;
try {
  lib.addPage().drawText(line, { font });
} catch (caught) {
  error = caught.message;
}
const texts = [await read(await buffer(kit)), await read(js.output('arraybuffer'))];
console.log(`Written: ${line}`);
console.log(`pdfkit 0.20.2: ${JSON.stringify(texts[0])}\njspdf 4.2.1: ${JSON.stringify(texts[1])}\npdf-lib 1.17.1 throws: ${error}`);
process.exit(texts.every((text) => !text.includes('Łódź')) && !texts[1].includes('Paid by') && error?.includes('cannot encode') ? 0 : 1);
SCRIPT
node write.mjs
