import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateTypes } from '../../scripts/generate-client.ts';
import { openSharedWorkspace, type SharedWorkspace } from './support/shared-server.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const generators = join(import.meta.dirname, 'generators');
const inGenerators = (path: string) => join(generators, 'node_modules', path);

let server: SharedWorkspace;
/** Inside the repository, so that compiled programs find its packages. */
let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(generators, '.work-'));
  server = await openSharedWorkspace();
  const response = await fetch(`${server.url}/openapi.json`);
  writeFileSync(join(work, 'openapi.json'), await response.text());
  cpSync(join(generators, 'programs'), work, { recursive: true });
  writeFileSync(join(work, 'package.json'), '{"type":"commonjs"}');
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const node = async (script: string, ...flags: string[]) =>
  (await run(process.execPath, [script, ...flags], { cwd: work })).stdout;

/** Type-checks a program with the generated client in strict mode. Returns the messages of the compiler. */
async function compile(program: string): Promise<string> {
  const options = ['--strict', '--module', 'node16'];
  const out = [
    '--target',
    'es2022',
    '--lib',
    'es2023,dom,dom.iterable,dom.asynciterable',
    '--outDir',
    'out',
    '--skipLibCheck',
  ];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  return node(inGenerators('typescript/bin/tsc'), ...options, ...out, ...types, program).catch(
    ({ stdout }: { stdout: string }) => stdout,
  );
}

const expected = {
  hits: 1,
  texts: [expect.stringContaining('25 minutes')],
  kinds: 2,
  overrides: 0,
  answer: expect.stringContaining('25 minutes'),
  code: 'not_found',
  streamed: expect.stringContaining('25 minutes'),
};

describe('clients generated with default settings', () => {
  it('by openapi-typescript compile with the calls of the README, and run', async () => {
    await node(inGenerators('openapi-typescript/bin/cli.js'), 'openapi.json', '-o', 'schema.d.ts');
    expect(await compile('typed-fetch.ts')).toBe('');
    expect(JSON.parse(await node('out/typed-fetch.js', server.url, server.key))).toEqual(expected);
  });

  it('by @hey-api/openapi-ts compile with the calls of the README, and run', async () => {
    await node(inGenerators('@hey-api/openapi-ts/bin/run.js'), '-i', 'openapi.json', '-o', 'hey');
    expect(await compile('hey-api.ts')).toBe('');
    expect(JSON.parse(await node('out/hey-api.js', server.url, server.key))).toEqual(expected);
  });
});

it('by npm run client are the types of the console', async () => {
  const document = JSON.parse(readFileSync(join(work, 'openapi.json'), 'utf8'));
  const types = readFileSync(join(root, 'src/client/schema.d.ts'), 'utf8');
  expect(generateTypes(document) === types, 'Run `npm run client`.').toBe(true);
});
