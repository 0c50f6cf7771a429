// Uploads forms of all sizes, in pieces of all sizes, with pauses and clients that disconnect, and counts the responses:
// every completely sent form must be accepted. `node bench/uploads.ts --count 5000`
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type SpawnedServer, spawnServer } from '../scripts/spawned-server.ts';

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '5000' },
    parallel: { type: 'string', default: '4' },
  },
});
const count = Number(flags.count);

/** Sizes around those of stream buffers, and the rest of a 64 KB piece after the header of its part. */
const sizes = [
  0, 1, 100, 4095, 4096, 4097, 8192, 16_234, 16_383, 16_384, 16_385, 32_768, 65_386, 65_404, 65_535,
  65_536, 65_537, 131_072, 300_001,
];
const pieces = [1_000_000, 65_536, 16_384, 4096, 1460];

interface Form {
  readonly boundary: string;
  readonly bytes: Buffer;
  readonly files: number;
}

/** Returns the form of a number: up to three files with different contents and a field after them. */
function formOf(index: number): Form {
  const boundary = `b${index}`;
  const files = 1 + (index % 3);
  const size = (sizes[index % sizes.length] ?? 1) + (index % 7 === 0 ? index % 300 : 0);
  const parts = Array.from({ length: files }, (_, file) => {
    const text = `${index} ${file} `.padEnd(size, 'word ');
    return `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="f${file}.txt"\r\n\r\n${text}\r\n`;
  });
  const field =
    index % 4 === 0
      ? `--${boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{"n":${index}}\r\n`
      : '';
  return { boundary, files, bytes: Buffer.from(`${parts.join('')}${field}--${boundary}--\r\n`) };
}

/** The result of a form: the status, `aborted` if the client disconnected on purpose, or the error. */
function send(server: SpawnedServer, path: string, index: number): Promise<string> {
  const { boundary, bytes, files } = formOf(index);
  const isAborted = index % 50 === 49;
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${server.key}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    };
    const length = index % 2 === 0 ? {} : { 'content-length': bytes.length };
    const sent = request(server.url + path, { method: 'POST', headers: { ...headers, ...length } });
    sent.on('error', (error) => resolve(isAborted ? 'aborted' : error.message));
    sent.on('response', async (response) => {
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += chunk;
      const isWhole = response.statusCode === 202 && JSON.parse(body).data.length === files;
      resolve(isWhole ? '202' : `form ${index}: ${response.statusCode} ${body.slice(0, 300)}`);
    });
    const size = pieces[index % pieces.length] ?? bytes.length;
    const write = (at: number): void => {
      if (isAborted && at >= bytes.length / 2) return void sent.destroy();
      if (at >= bytes.length) return void sent.end();
      sent.write(bytes.subarray(at, at + size), () =>
        index % 11 === 0 ? void setTimeout(write, 2, at + size) : write(at + size),
      );
    };
    write(0);
  });
}

async function newBase(server: SpawnedServer): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/knowledge-bases`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Uploads' }),
  });
  return ((await response.json()) as { id: string }).id;
}

const directory = mkdtempSync(join(tmpdir(), 'agentgrid-uploads-'));
const server = await spawnServer(directory, ['--no-sample']);
const outcomes = new Map<string, number>();
try {
  const path = `/api/v1/knowledge-bases/${await newBase(server)}/files`;
  let next = 0;
  const client = async () => {
    while (next < count) {
      const outcome = await send(server, path, next++);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (next % 500 === 0) console.log(next, Object.fromEntries(outcomes));
    }
  };
  await Promise.all(Array.from({ length: Number(flags.parallel) }, client));
  console.log('forms', Object.fromEntries(outcomes));
  if ([...outcomes.keys()].some((outcome) => outcome !== '202' && outcome !== 'aborted'))
    process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
