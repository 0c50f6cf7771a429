#!/usr/bin/env bash
# One would guess that D1 takes a UNION ALL of hundreds of SELECTs, since SQLite's default limit is 500 and D1's published limits name none. It
# takes five: the sixth is "too many terms in compound SELECT". Bulk inserts by "INSERT … SELECT … UNION ALL SELECT …", searches over several
# tables and views of partitions work in SQLite and in other drivers, and fail in D1, also in local development. Rows of
# VALUES do not count. Who writes SQL for D1: use VALUES, json_each(?), or several statements of a batch.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund miniflare@4.20260730.0 node@22.23.3
cat >union.mjs <<'SCRIPT'
import { Miniflare } from 'miniflare';
const miniflare = new Miniflare({ modules: true, script: 'export default {}', compatibilityDate: '2026-07-01', d1Databases: ['DB'] });
const database = await miniflare.getD1Database('DB');
const rows = (sql) => database.prepare(sql).raw().then(({ length }) => `${length} rows`, ({ message }) => message);
const selects = (count) => Array.from({ length: count }, (_, index) => `SELECT ${index}`).join(' UNION ALL ');
const values = `VALUES ${Array.from({ length: 200 }, (_, index) => `(${index})`).join()}`;
const results = [await rows(selects(5)), await rows(selects(6)), await rows(values)];
await miniflare.dispose();
console.log(`D1 in miniflare 4.20260730.0: 5 SELECTs give ${results[0]}, 6 give "${results[1]}", VALUES ${results[2]}`);
process.exit(results[0] === '5 rows' && results[1].includes('too many terms in compound SELECT') && results[2] === '200 rows' ? 0 : 1);
SCRIPT
node_modules/.bin/node union.mjs
