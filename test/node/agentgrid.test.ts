import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readManifests } from '../../scripts/agentgrid/manifests.ts';
import { Output } from '../../scripts/agentgrid/output.ts';
import { type Client, openClient } from '../../scripts/client.ts';
import { type EvaluationService, startEvaluationService } from './support/evaluation-service.ts';
import { openSharedWorkspace, type SharedWorkspace } from './support/shared-server.ts';

const directory = mkdtempSync(join(tmpdir(), 'agentgrid-command-'));
const manifests = join(directory, 'agents');
const script = resolve('scripts/agentgrid.js');
let server: SharedWorkspace;
let service: EvaluationService;
let client: Client;

beforeAll(async () => {
  mkdirSync(manifests);
  server = await openSharedWorkspace();
  client = openClient(server.url, server.key);
  service = await startEvaluationService(server.url);
});
afterAll(async () => {
  await service.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: string;
  /** Called with the process as it writes to stderr. */
  readonly onNote?: (text: string, interrupt: () => void) => void;
}

/** Runs the command as its own process, in the directory of the manifests. */
async function agentgrid(args: readonly string[], options: Options = {}) {
  const { env = {}, command = script, onNote } = options;
  const access = { AGENTGRID_URL: service.url, AGENTGRID_API_KEY: server.key };
  const child = spawn(process.execPath, [command, ...args], {
    cwd: manifests,
    env: { ...process.env, NO_COLOR: '1', ...access, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString('utf8');
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString('utf8');
    onNote?.(stderr, () => child.kill('SIGINT'));
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

const write = (name: string, value: unknown) =>
  writeFileSync(
    join(manifests, name),
    typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value),
  );
const read = (name: string) => readFileSync(join(manifests, name), 'utf8');

const variable = (name: string) => `\${env:${name}}`;

const manifestOf = (slug: string, config: object, more: object = {}) => ({
  kind: 'agentgrid.agent',
  format: 1,
  agent: { name: 'Support', slug },
  config,
  knowledge_bases: [],
  ...more,
});

describe('agentgrid plan and apply', () => {
  it('creates an agent, changes it, and applies nothing but the plan that was shown', async () => {
    write('support.md', 'Answer from the documents.\nBe brief.\n');
    const config = { instructions: { file: 'support.md' }, metadata: { token: variable('TOKEN') } };
    write('support.agent.json', manifestOf('support', config));
    const env = { TOKEN: 'value-of-a-secret' };
    const first = await agentgrid(['plan', '--detailed-exitcode', '--out', '../plan.json'], {
      env,
    });
    expect(first).toMatchObject({ code: 3, stderr: '' });
    expect(first.stdout).toContain('support: will be created');
    expect(first.stdout).toContain(variable('TOKEN'));
    const apply = ['apply', '--plan', '../plan.json', '--json'];
    const created = await agentgrid(apply, { env });
    expect(created).toMatchObject({ code: 0 });
    expect(JSON.parse(created.stdout).applied).toMatchObject([{ action: 'create', version: 1 }]);
    const agent = await client.call<{ config: object }>('GET', '/agents/support');
    expect(agent.config).toMatchObject({ metadata: { token: env.TOKEN }, tools: [] });
    expect(await agentgrid(['plan', '--detailed-exitcode'], { env })).toMatchObject({ code: 0 });

    write('support.md', 'Answer from the documents.\nBe \u001b[31mthorough.\n');
    const shown = await agentgrid(['plan', '--json', '--markdown', '../plan.md'], { env });
    expect(shown.code).toBe(0);
    const { hash } = JSON.parse(shown.stdout);
    const markdown = read('../plan.md');
    expect(markdown).toContain('| support | update | – | – |');
    expect(markdown).toMatch(/^- \| Be brief\.\n\+ \| Be thorough\.$/m);
    // The key of the first plan, and the plan of another state.
    expect(await agentgrid(apply, { env })).toMatchObject({ code: 1 });
    await client.call('PATCH', '/agents/support', { json: { description: 'Changed by hand' } });
    const late = await agentgrid(['apply', '--plan', hash], { env });
    expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining('out of date') });
    const next = JSON.parse((await agentgrid(['plan', '--json'], { env })).stdout);
    expect(next.agents[0].plan.fields).toMatchObject([{ field: 'description', to: '' }]);
    const done = ['apply', '--plan', next.hash, '--label', 'ci', '--no-activate'];
    expect(await agentgrid(done, { env })).toMatchObject({
      code: 0,
      stderr: 'support: version 2 was created and is not active.\n',
    });
    expect(await client.call('GET', '/agents/support')).toMatchObject({
      active_version: { number: 1 },
      labels: { ci: { number: 2 } },
    });
    for (const { stdout, stderr } of [first, created, shown, late])
      expect(stdout + stderr + markdown).not.toContain(env.TOKEN);
  });

  it('exports agents with their instructions beside them, and plans them without a change', async () => {
    const json = { name: 'Café', slug: 'cafe', config: { instructions: 'One\nTwo' } };
    await client.call('POST', '/agents', { json });
    const args = ['export', 'cafe', '--out', 'exported'];
    expect(await agentgrid(args)).toMatchObject({ code: 0 });
    expect(read('exported/cafe.md')).toBe('One\nTwo');
    expect((await agentgrid(['plan', 'exported'])).stdout).toMatch(/^cafe: no changes$/m);
    expect(await agentgrid(args)).toMatchObject({ code: 2 });
  });

  it('runs from node_modules, as npx installs it', async () => {
    const installed = join(directory, 'node_modules', 'agentgrid');
    for (const part of [
      'package.json',
      'scripts/agentgrid.js',
      'scripts/agentgrid',
      'scripts/client.ts',
    ])
      cpSync(part, join(installed, part), { recursive: true });
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));
    const command = join(installed, bin.agentgrid);
    expect(await agentgrid(['plan', 'exported'], { command })).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('names what is wrong with a manifest, an argument or the server', async () => {
    const faults: [string, unknown, RegExp][] = [
      ['empty', '', /is not JSON/],
      ['cut', '{"kind":', /is not JSON/],
      ['list', [], /is not a manifest/],
      ['utf16', Buffer.from('{}', 'utf16le'), /is not a manifest|is not JSON|not UTF-8/],
      ['slug', manifestOf('../x', {}), /must be a slug/],
      ['variable', manifestOf('a1', { instructions: variable('NOT_SET') }), /NOT_SET is not set/],
      [
        'key',
        manifestOf('a1', { instructions: variable('AGENTGRID_API_KEY') }),
        /not for manifests/,
      ],
      ['deep', JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`), /more than 100 levels/],
      ['away', manifestOf('a1', { instructions: { file: '/etc/passwd' } }), /in the directory of/],
      ['up', manifestOf('a1', { instructions: { file: '../plan.json' } }), /in the directory of/],
      ['link', manifestOf('a1', { instructions: { file: 'link.txt' } }), /in the directory of/],
      ['gone', manifestOf('a1', { instructions: { file: 'x.md' } }), /cannot be read \(ENOENT\)/],
      ['scorers', manifestOf('a1', {}, { evaluation: { dataset: 'x' } }), /must be a list/],
      [
        'threshold',
        manifestOf(
          'a1',
          {},
          { evaluation: { scorers: [{ type: 'cites' }], thresholds: { x: 1 } } },
        ),
        /is not one of overall, cites/,
      ],
    ];
    symlinkSync('/proc/self/environ', join(manifests, 'link.txt'));
    const output = new Output({ 'no-color': true, json: false });
    for (const [name, value, says] of faults) {
      write(`${name}.json`, value);
      expect(() => readManifests([join(manifests, `${name}.json`)], output)).toThrow(says);
    }
    write('empty.agent.json', '');
    expect(await agentgrid(['validate'])).toMatchObject({ code: 2, stdout: '' });
    rmSync(join(manifests, 'empty.agent.json'));
    write('unknown.json', manifestOf('cafe', { modle: 'x', tools: ['lost'] }));
    expect(await agentgrid(['validate', 'unknown.json'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/manifest/config/modle'),
    });
    write('again.json', manifestOf('cafe', {}));
    write('new.json', manifestOf('new', { tools: ['lost'] }));
    const wrong = [['plan', 'unknown.json', 'again.json'], ['plan', 'new.json'], ['apply']];
    for (const args of wrong) expect(await agentgrid(args)).toMatchObject({ code: 2, stdout: '' });
    const refused = { env: { AGENTGRID_API_KEY: 'agk_none' } };
    expect(await agentgrid(['plan', 'again.json'], refused)).toMatchObject({ code: 4 });
  });
});

describe('agentgrid eval', () => {
  const evaluation = (least: number) => ({
    dataset: 'cases.jsonl',
    scorers: [{ type: 'contains' }],
    thresholds: { contains: least },
    repetitions: 2,
  });

  it('compares the draft with the active version, and fails below a threshold', async () => {
    write(
      'cases.jsonl',
      '{"input":"One?","answer":"One"}\n\n{"input":"Two?","expected":{"answer":"Two"}}',
    );
    write(
      'cafe.json',
      manifestOf('cafe', { instructions: 'New' }, { evaluation: evaluation(0.7) }),
    );
    service.scores = [0.5, 0.75];
    const plan = await agentgrid(['plan', '--eval', 'cafe.json', '--junit', '../junit.xml']);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toMatch(/contains +50\.0 % +75\.0 % +\+25\.0 +passed, at least 70 %/);
    expect(plan.stdout).toContain(
      'By case: +25.0 points (95 %: -10.0 to +60.0); 1 better, 0 worse',
    );
    expect(plan.stderr).toContain('cafe: running, 1 of 4 runs');
    expect(service.started.at(-1)).toMatchObject({
      agent: 'cafe',
      versions: ['1'],
      config: { instructions: 'New' },
      repetitions: 2,
    });
    expect(read('../junit.xml')).toContain('<testsuites name="agentgrid" tests="4" failures="0">');
    // Cases that the file no longer has are deleted, and those it has are not imported again.
    write('cases.jsonl', '{"question":"Two?","answer":"Two","tags":["b"]}');
    service.scores = [0.5];
    const failed = await agentgrid([
      'eval',
      'cafe.json',
      '--version',
      'ci',
      '--junit',
      '../junit.xml',
      '--json',
    ]);
    expect(failed).toMatchObject({ code: 1 });
    expect(JSON.parse(failed.stdout).evaluations).toMatchObject([{ slug: 'cafe', passed: false }]);
    expect(read('../junit.xml')).toMatch(
      /failures="1"[\s\S]*<failure message="Score 0.5 over 2 cases/,
    );
    expect(service.cases).toMatchObject([{ input: 'Two?', tags: ['b'] }]);
  });

  it('cancels the evaluation that it has started on Ctrl-C', async () => {
    service.isEndless = true;
    let isStopped = false;
    const stopped = await agentgrid(['eval', 'cafe.json'], {
      onNote: (text, interrupt) => {
        if (isStopped || !text.includes('1 of 4')) return;
        isStopped = true;
        interrupt();
      },
    });
    expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('Cancelled') });
    expect(service.cancelled).toBe(1);
  });
});
