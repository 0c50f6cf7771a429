#!/usr/bin/env bash
# One would guess that TextDecoder('euc-kr') is the same everywhere, since the Encoding Standard has one table for it: windows-949, with all
# 11,172 syllables. Node decodes the 2,350 of the old KS X 1001. Of the others it makes control characters and Latin letters, often without
# U+FFFD and without an error under fatal. Syllables such as 갂, 똠, 펲 and 햏 of Korean files and mails are lost, also in tests that run under
# Node, while workerd reads them. Who decodes Korean under Node: use a package (iconv-lite knows cp949).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node@22.23.3 iconv-lite@0.6.3
cat >decode.mjs <<'SCRIPT'
import iconv from 'iconv-lite';
const found = ['갂', '똠방각하', '펲시', '아햏햏'].map((word) => {
  const bytes = iconv.encode(word, 'cp949');
  const decoder = new TextDecoder('windows-949');
  const text = decoder.decode(bytes);
  let isFatal = false;
  try {
    new TextDecoder('windows-949', { fatal: true }).decode(bytes);
  } catch {
    isFatal = true;
  }
  console.log(`Node ${process.version}: ${word} (${bytes.toString('hex')}) is ${JSON.stringify(text)} in ${decoder.encoding}; fatal ${isFatal ? 'throws' : 'does not throw'}`);
  return [text === word, isFatal];
});
process.exit(found.every(([isRight]) => !isRight) && found.some(([, isFatal]) => !isFatal) ? 0 : 1);
SCRIPT
node_modules/.bin/node decode.mjs
