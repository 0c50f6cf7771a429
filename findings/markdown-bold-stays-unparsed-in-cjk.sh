#!/usr/bin/env bash
# One would guess that **…** is bold wherever both marks are there. By CommonMark's rule of flanking delimiters, a closing ** behind punctuation
# must be followed by a space or punctuation; Chinese, Japanese and Korean sentences have no such space. So **"강조"**는 and **注意：**これ, as models
# often write in these languages, show their asterisks to readers, in every conforming parser. Who shows or strips Markdown of
# models: extend the parser for such letters, or ask the model for bold without punctuation at its ends.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund markdown-it@15.0.3 marked@18.2.1
cat >render.mjs <<'SCRIPT'
import MarkdownIt from 'markdown-it';
import { marked } from 'marked';
const texts = ['**“重点”**的内容', '**注意：**これは', '**"강조"**는', '**Note:**text'];
const found = texts.map((text) => {
  const results = [new MarkdownIt().renderInline(text), marked.parseInline(text)];
  console.log(`${text}: markdown-it 15.0.3 ${results[0]}, marked 18.2.1 ${results[1]}`);
  return results.every((result) => result.includes('**') && !result.includes('<strong>'));
});
process.exit(found.every(Boolean) ? 0 : 1);
SCRIPT
node render.mjs
