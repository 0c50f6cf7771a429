#!/usr/bin/env bash
# One would guess that slides are read in the order of the presentation, its list sldIdLst (ECMA-376, 19.2.1.34). Their part names keep the
# order in which they were made: who moves a slide in PowerPoint changes the list alone. officeparser reads by the number in the name of the
# part, so moved slides stand in their former places, and page numbers of citations name other slides. Who needs the order: read
# ppt/presentation.xml and its relationships.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund officeparser@7.8.0 pptxgenjs@4.0.1 fflate@0.8.3
cat >read.mjs <<'SCRIPT'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { parseOffice } from 'officeparser';
import PptxGenJS from 'pptxgenjs';
const presentation = new PptxGenJS();
for (const text of ['first', 'second', 'third']) presentation.addSlide().addText(text, { x: 1, y: 1, w: 3, h: 1 });
const parts = unzipSync(new Uint8Array(await presentation.write({ outputType: 'arraybuffer' })));
const list = 'ppt/presentation.xml';
const xml = strFromU8(parts[list]);
const ids = xml.match(/<p:sldId [^>]*>/g);
parts[list] = strToU8(xml.replace(ids.join(''), [ids[2], ids[0], ids[1]].join('')));
const text = (await parseOffice(Buffer.from(zipSync(parts)), { fileType: 'pptx' })).toText();
const read = text.match(/first|second|third/g).join(', ');
console.log(`Slides are shown as third, first, second; officeparser 7.8.0 reads ${read}`);
process.exit(read === 'first, second, third' ? 0 : 1);
SCRIPT
node read.mjs
