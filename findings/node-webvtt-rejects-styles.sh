#!/usr/bin/env bash
# One would guess that a parser of WebVTT reads a file with the blocks STYLE and REGION, which the standard has (W3C WebVTT, 4.1) and video
# platforms write. node-webvtt takes their first line for the name of a cue and throws, because no times follow; its default is strict. Tabs
# around the arrow, also valid, throw as well, and with strict: false the cue is left out. Who ingests transcripts:
# remove such blocks before, and replace tabs around "-->" by spaces.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node-webvtt@1.9.4
cat >parse.mjs <<'SCRIPT'
import webvtt from 'node-webvtt';
const files = {
  plain: 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n',
  style: 'WEBVTT\n\nSTYLE\n::cue { color: white }\n\n00:00:01.000 --> 00:00:02.000\nHello\n',
  region: 'WEBVTT\n\nREGION\nid:bottom\n\n00:00:01.000 --> 00:00:02.000\nHello\n',
  tabs: 'WEBVTT\n\n00:00:01.000\t-->\t00:00:02.000\nHello\n',
};
const parse = (file, options) => {
  try {
    return webvtt.parse(file, options).cues.map(({ text }) => text).join();
  } catch (error) {
    return error.message;
  }
};
const found = Object.entries(files).map(([name, file]) => {
  const texts = [parse(file), parse(file, { strict: false })];
  console.log(`node-webvtt 1.9.4, ${name}: ${texts[0]}; with strict: false ${JSON.stringify(texts[1])}`);
  return texts;
});
process.exit(found[0][0] === 'Hello' && found.slice(1).every(([text]) => text !== 'Hello') && found[3][1] === '' ? 0 : 1);
SCRIPT
node parse.mjs
