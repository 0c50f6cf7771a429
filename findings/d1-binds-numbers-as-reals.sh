#!/usr/bin/env bash
# One would guess that D1 binds the number 1 as an integer, as Python's driver of SQLite does. It binds all numbers, and booleans, as REAL. A
# column with INTEGER affinity repairs it, but in expressions 1 is 1.0: 'page-' || ? gives "page-1.0", ? / 2 gives 0.5,
# json_object('n', ?) writes {"n":1.0}, and a key made so never matches one that was written by a literal. Who computes with parameters in
# D1: write CAST(? AS INTEGER), or bind a string.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund miniflare@4.20260730.0 node@22.23.3
cat >bind.mjs <<'SCRIPT'
import { Miniflare } from 'miniflare';
const miniflare = new Miniflare({ modules: true, script: 'export default {}', compatibilityDate: '2026-07-01', d1Databases: ['DB'] });
const database = await miniflare.getD1Database('DB');
const sql = "SELECT 'page-' || ?1, ?1 / 2, typeof(?1), json_object('n', ?1), typeof(?2), 'page-' || CAST(?1 AS INTEGER)";
const [row] = await database.prepare(sql).bind(1, true).raw();
await miniflare.dispose();
console.log(`D1 in miniflare 4.20260730.0, with 1 and true: ${JSON.stringify(row)}`);
process.exit(JSON.stringify(row) === '["page-1.0",0.5,"real","{\"n\":1.0}","real","page-1"]'.replaceAll('{"n"', '{\\"n\\"') ? 0 : 1);
SCRIPT
node_modules/.bin/node bind.mjs
