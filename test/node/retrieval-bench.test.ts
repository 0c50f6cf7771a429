import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { answerEmbeddings } from '../support/provider/embeddings.ts';

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function newCollection(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'retrieval-'));
  await mkdir(join(folder, 'pets'));
  const write = (name: string, content: string) =>
    writeFileSync(join(folder, 'pets', name), content);
  write(
    'corpus.jsonl',
    lines([
      { id: 'cats', title: 'Cats', text: 'Cats purr when they are content.' },
      { id: 'dogs', title: 'Dogs', text: 'Dogs bark when a stranger comes.' },
    ]),
  );
  write('queries.jsonl', lines([{ id: 'q1', text: 'Why do dogs bark?' }]));
  write('qrels.tsv', 'q1\tdogs\t1\n');
  return folder;
}

async function bench(...args: string[]) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bench/retrieval.ts', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output, errors };
}

it('bench:retrieval measures the model of a server, and later its recorded vectors', {
  timeout: 150_000,
}, async () => {
  const inputs: string[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    inputs.push(...body.input);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answerEmbeddings({ body, model: body.model } as never)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await newCollection();
  const vectors = join(folder, 'vectors.jsonl');
  const model = ['--model', 'e5-small', '--vectors', vectors];
  const provider = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  try {
    const first = await bench(...model, '--provider', provider, folder);
    expect(first.code, first.errors).toBe(0);
    expect(first.output).toContain('3 texts embedded');
    for (const way of ['keyword', 'vector', 'hybrid', 'hybrid + rerank'])
      expect(first.output).toMatch(
        new RegExp(`pets +${way.replace('+', '\\+')} +1\\.000 +1\\.000`),
      );
    expect(inputs).toContain('query: Why do dogs bark?');
    expect(inputs.filter((input) => input.startsWith('passage: '))).toHaveLength(2);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  const recorded = await bench(...model, folder);
  expect(recorded.code, recorded.errors).toBe(0);
  expect(recorded.output).toMatch(/pets +vector +1\.000/);
  writeFileSync(vectors, readFileSync(vectors, 'utf8').split('\n').slice(1).join('\n'));
  const incomplete = await bench(...model, folder);
  expect([incomplete.code, incomplete.errors]).toEqual([
    1,
    expect.stringContaining('no recorded vector of e5-small'),
  ]);
});
