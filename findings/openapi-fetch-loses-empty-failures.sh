#!/usr/bin/env bash
# One would guess that a typed client reports each answer of 4xx or 5xx in `error`. openapi-fetch returns neither `data` nor `error` when such
# an answer has no body, as those of proxies and load balancers often do: `error` is undefined with `Content-Length: 0`, and an empty string
# otherwise, so that the usual `if (error)` takes 503 for a success. openapi-react-query, which builds on it, then reads null as data: the
# query is a success, is not repeated, and is cached. Who uses them: look at `response.ok`, or throw in `onResponse`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund openapi-fetch@0.17.0 openapi-react-query@0.5.4 @tanstack/react-query@5.108.4 react@19.3.1
cat >read.mjs <<'SCRIPT'
import { createServer } from 'node:http';
import { QueryClient } from '@tanstack/react-query';
import createClient from 'openapi-fetch';
import createReads from 'openapi-react-query';
const bodies = {
  '/length-0': (response) => response.writeHead(503, { 'content-length': '0' }).end(),
  '/chunked': (response) => response.writeHead(503, { 'transfer-encoding': 'chunked' }).end(),
  '/with-body': (response) => response.writeHead(503).end('busy'),
};
const server = createServer(({ url }, response) => bodies[url](response)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const client = createClient({ baseUrl: `http://127.0.0.1:${server.address().port}` });
const reads = createReads(client);
const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
const seen = [];
for (const path of Object.keys(bodies)) {
  const { response, data, error } = await client.GET(path);
  const read = await cache.fetchQuery(reads.queryOptions('get', path)).then(
    (value) => `succeeds with ${value}`,
    (failure) => `fails with ${failure.message ?? failure}`,
  );
  seen.push([error, read]);
  console.log(`${path}: status ${response.status}, data ${data}, error ${JSON.stringify(error)}; the query ${read}`);
}
server.close();
const [empty, chunked, full] = seen;
const isAsSeen =
  empty[0] === undefined && empty[1] === 'succeeds with null' &&
  chunked[0] === '' && full[0] === 'busy' && full[1] === 'fails with busy';
process.exit(isAsSeen ? 0 : 1);
SCRIPT
node read.mjs
