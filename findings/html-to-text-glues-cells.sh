#!/usr/bin/env bash
# One would guess that a converter of HTML to text puts at least a space between the cells of a row. html-to-text treats tables as blocks and
# cells as inline text unless its formatter dataTable is chosen by a selector: "Basic", "5", "Pro", "20" become one word, "Basic5Pro20", and terms
# run into their definitions. Where pages are loaded with its defaults, prices and names of a knowledge base cannot be
# found or are quoted wrongly. Who uses it: pass { selector: 'table', format: 'dataTable' }, and formatters for dt and dd.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund html-to-text@10.0.1
cat >convert.mjs <<'SCRIPT'
import { convert } from 'html-to-text';
const html = '<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Basic</td><td>5</td></tr><tr><td>Pro</td><td>20</td></tr></table><dl><dt>Term</dt><dd>Meaning</dd></dl>';
const text = convert(html);
const table = convert(html, { selectors: [{ selector: 'table', format: 'dataTable' }] });
console.log(`html-to-text 10.0.1: ${JSON.stringify(text)}; with dataTable ${JSON.stringify(table)}`);
process.exit(text.includes('PlanPriceBasic5Pro20') && text.includes('TermMeaning') ? 0 : 1);
SCRIPT
node convert.mjs
