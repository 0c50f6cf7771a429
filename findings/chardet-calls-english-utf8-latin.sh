#!/usr/bin/env bash
# One would guess that a detector calls bytes UTF-8 when they are valid UTF-8 beyond ASCII, since other encodings hardly ever are by chance.
# chardet for JavaScript weighs the number of such characters against the statistics of languages: English UTF-8 text with a few accents,
# dashes or curly quotes is ISO-8859-1 or windows-1252 for it, and "café" becomes "cafÃ©". jschardet calls the same bytes UTF-8. Who indexes
# uploaded text: decode as strict UTF-8 first, and detect only what fails.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund chardet@2.2.0 jschardet@4.1.0
cat >detect.mjs <<'SCRIPT'
import { readFileSync } from 'node:fs';
import chardet from 'chardet';
import jschardet from 'jschardet';
const texts = [
  'Müller',
  'The invoice of the café is attached to this message, as you wished.',
  'The report says that “growth was slow” in the first half of the year.',
  'It was sent to Łódź on Monday and is expected there in the next two days.',
];
const found = texts.map((text) => {
  const bytes = Buffer.from(text);
  const names = [chardet.detect(bytes), jschardet.detect(bytes).encoding];
  console.log(`${JSON.stringify(text)}: chardet ${names[0]}, jschardet ${names[1]}, read as ${new TextDecoder(names[0]).decode(bytes)}`);
  return names;
});
const version = JSON.parse(readFileSync('node_modules/chardet/package.json', 'utf8')).version;
console.log(`chardet ${version}`);
process.exit(found.every(([ours, other]) => ours !== 'UTF-8' && /^utf-8$/i.test(other)) ? 0 : 1);
SCRIPT
node detect.mjs
