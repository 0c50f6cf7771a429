#!/usr/bin/env bash
# One would guess that FTS5's unicode61 with remove_diacritics 2 folds every letter with an accent, and that a text matches whether it is
# composed (NFC) or decomposed (NFD). It drops combining marks of any script, but folds composed letters of Latin script only: Greek, Cyrillic,
# Arabic and Indic letters stay as they are. So "й" of a file in NFD (names and texts from macOS, PDFs) is indexed as "и" and is never found by
# the "й" that a keyboard types, and "αυτό" does not find "αυτο". Who searches texts in these scripts: normalize index and query to NFC (and
# fold accents before FTS5 where wanted).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @sqlite.org/sqlite-wasm@3.53.4-build2
cat >index.mjs <<'SCRIPT'
import initialize from '@sqlite.org/sqlite-wasm';
const sqlite = await initialize({ print() {}, printErr() {} });
const db = new sqlite.oo1.DB(':memory:');
db.exec(`CREATE VIRTUAL TABLE texts USING fts5(body, tokenize = 'unicode61 remove_diacritics 2')`);
const finds = (text, query) => {
  db.exec('DELETE FROM texts');
  db.exec({ sql: 'INSERT INTO texts VALUES (?)', bind: [text] });
  return db.selectValue('SELECT count(*) FROM texts WHERE texts MATCH ?', `"${query}"`) === 1;
};
console.log(`SQLite ${sqlite.version.libVersion}`);
const found = ['Zürich', 'tiếng', 'αυτό', 'синий', 'ёлка', 'مؤسسة', 'ஔவை'].map((word) => {
  const bare = word.normalize('NFD').replaceAll(/\p{Mn}/gu, '');
  const row = [finds(word.normalize('NFD'), word.normalize('NFC')), finds(word.normalize('NFC'), bare)];
  console.log(`${word}: NFC finds NFD ${row[0]}, the word without marks finds it ${row[1]}`);
  return row;
});
const expected = [[true, true], [true, true], [false, false], [false, false], [false, false], [false, false], [false, false]];
process.exit(JSON.stringify(found) === JSON.stringify(expected) ? 0 : 1);
SCRIPT
node index.mjs
