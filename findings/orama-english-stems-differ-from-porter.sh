#!/usr/bin/env bash
# One would guess that the English stemmer of @orama/stemmers is Snowball's or Porter's, and gives a verb and its noun one stem. It removes
# "tion", or nothing, where Porter removes "ion": "connect" stays "connect" while "connection" becomes "connec", so a search for one misses the other.
# The same holds for collections, construction, confusion, adoption and hundreds more. Porter in the package "stemmer", and in SQLite's
# FTS5, gives them one stem. Who searches English texts with Orama's stemming: plug in another stemmer, or test the words that matter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @orama/stemmers@3.1.18 stemmer@2.0.1
cat >stem.mjs <<'SCRIPT'
import { stemmer as orama } from '@orama/stemmers/english';
import { stemmer as porter } from 'stemmer';
const pairs = [['connect', 'connection'], ['collect', 'collections'], ['construct', 'construction'], ['confuse', 'confusion'], ['adopt', 'adoption']];
const found = pairs.map(([one, other]) => {
  console.log(`${one}, ${other}: @orama/stemmers ${orama(one)}, ${orama(other)}; Porter ${porter(one)}, ${porter(other)}`);
  return [orama(one) === orama(other), porter(one) === porter(other)];
});
process.exit(found.every(([here, there]) => !here && there) ? 0 : 1);
SCRIPT
node stem.mjs
