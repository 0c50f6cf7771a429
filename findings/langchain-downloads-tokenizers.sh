#!/usr/bin/env bash
# One would guess that counting tokens works offline: @langchain/textsplitters depends on js-tiktoken, which ships the ranks of all encodings.
# LangChain takes the light build without them, and downloads a megabyte or more per encoding from a host of a third party at run time: in TokenTextSplitter,
# and in ChatOpenAI with streaming: true, where invoke() tries it after each answer and logs a failure. Behind a firewall the splitter
# retries for a minute or longer before it throws. Who must not call other hosts, or works offline: count with js-tiktoken itself (lengthFunction of
# RecursiveCharacterTextSplitter).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @langchain/core@1.4.0 @langchain/textsplitters@1.0.2 js-tiktoken@1.0.21
cat >split.mjs <<'SCRIPT'
import { TokenTextSplitter } from '@langchain/textsplitters';
import { getEncoding } from 'js-tiktoken';
const text = 'one two three four five six seven';
console.log(`js-tiktoken 1.0.21 counts ${getEncoding('cl100k_base').encode(text).length} tokens offline`);
globalThis.fetch = async (request) => {
  const { pathname } = new URL(request.url ?? request);
  console.log(`@langchain/textsplitters 1.0.2 requests ${pathname} of another host`);
  process.exit(pathname.includes('cl100k_base') ? 0 : 1);
};
const chunks = await new TokenTextSplitter({ encodingName: 'cl100k_base', chunkSize: 5, chunkOverlap: 0 }).splitText(text);
console.log(`@langchain/textsplitters 1.0.2 gave ${chunks.length} chunks without a request`);
process.exit(1);
SCRIPT
node split.mjs
