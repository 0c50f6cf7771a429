#!/usr/bin/env bash
# One would guess that a search engine splits a text at characters that are no letters. Orama splits at those that its list for the chosen language
# does not have; the default, English, has ASCII and a few accented vowels. So "Zürich" is the words "z" and "rich": a search for "rich" finds
# it. A text of Chinese or Russian letters has no words at all, and is never found. Names of people and places in English texts
# suffice for wrong hits. Who uses Orama: pass components.tokenizer, for example one of Intl.Segmenter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @orama/orama@3.1.18
cat >search.mjs <<'SCRIPT'
import { create, insert, search } from '@orama/orama';
const database = await create({ schema: { name: 'string' } });
for (const name of ['Zürich', 'Øresund', '北京', 'Москва']) await insert(database, { name });
const found = [];
for (const term of ['rich', 'resund', '北京', 'Москва']) {
  const { hits } = await search(database, { term });
  found.push(hits.map(({ document }) => document.name).join());
  console.log(`@orama/orama 3.1.18: ${term} finds ${found.at(-1) || 'nothing'}`);
}
process.exit(found.join(' ') === 'Zürich Øresund  ' ? 0 : 1);
SCRIPT
node search.mjs
