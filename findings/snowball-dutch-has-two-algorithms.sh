#!/usr/bin/env bash
# One would guess that two current Snowball stemmers for Dutch give the same stems. Snowball 3.0 made another algorithm (Kraaij-Pohlmann) the
# one called "dutch", and the former became "dutch_porter": Python's snowballstemmer 3 and @orama/stemmers for JavaScript, both current,
# disagree in about four of ten words. An index that Python has written and JavaScript queries misses those words without any error. Who
# moves an index between languages, or upgrades a Snowball package: name the algorithm, and index again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @orama/stemmers@3.1.18
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target python snowballstemmer==3.1.1
cat >stem.mjs <<'SCRIPT'
import { execFileSync } from 'node:child_process';
import { stemmer } from '@orama/stemmers/dutch';
const words = ['aangelegenheid', 'aangekondigd', 'aangeboden', 'straat', 'verzekering', 'gemeentelijke', 'boeken'];
const script = `import sys; sys.path.insert(0, 'python')
from snowballstemmer import stemmer
print('\\n'.join(' '.join(stemmer(name).stemWords(sys.argv[1:])) for name in ['dutch', 'dutch_porter']))`;
const [python, former] = execFileSync('python3', ['-c', script, ...words], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((line) => line.split(' '));
const here = words.map((word) => stemmer(word));
for (const [index, word] of words.entries()) {
  console.log(`${word}: @orama/stemmers ${here[index]}, snowballstemmer dutch ${python[index]}, dutch_porter ${former[index]}`);
}
const differ = here.filter((stem, index) => stem !== python[index]).length;
console.log(`${differ} of ${words.length} stems differ; equal to dutch_porter: ${here.every((stem, index) => stem === former[index])}`);
process.exit(differ >= 3 && here.every((stem, index) => stem === former[index]) ? 0 : 1);
SCRIPT
node stem.mjs
