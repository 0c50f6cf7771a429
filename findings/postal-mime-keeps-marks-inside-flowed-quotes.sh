#!/usr/bin/env bash
# One would guess that a mail parser that joins the lines of format=flowed joins quoted lines as RFC 3676 (4.5) says: the quote marks are
# removed before, and one stands before the joined line. postal-mime joins the lines with their marks, so "> the price is" and "> 5 euros"
# become "> the price is > 5 euros": a mark in the middle of each quoted paragraph of replies from Thunderbird, Apple Mail and others, which
# splits quotes and looks like a comparison. mailparser removes them. Who indexes mail: unflow text/plain from the part's own bytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund postal-mime@4.0.0 mailparser@3.14.2
cat >read.mjs <<'SCRIPT'
import { simpleParser } from 'mailparser';
import PostalMime from 'postal-mime';
const message = [
  'From: a@example.com',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8; format=flowed',
  '',
  '> The delivery was late and the price is ',
  '> 5 euros lower than the one that we ',
  '> had agreed on.',
  'Yes.',
  '',
].join('\r\n');
const ours = (await PostalMime.parse(message)).text;
const other = (await simpleParser(message)).text;
console.log(`postal-mime 4.0.0: ${JSON.stringify(ours)}\nmailparser 3.14.2: ${JSON.stringify(other)}`);
process.exit(ours.includes('the price is > 5 euros') && other.includes('the price is 5 euros') ? 0 : 1);
SCRIPT
node read.mjs
