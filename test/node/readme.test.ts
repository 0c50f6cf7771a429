import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/server.ts';
import { type SpawnedServer, spawnServer } from '../../scripts/spawned-server.ts';
import type { Script } from '../support/provider/script.ts';
import { startProvider } from './support/provider-process.ts';
import { type ShellBlock, scriptOf, shellBlocksOf } from './support/shell-blocks.ts';

/** The maximum number of blocks that are not run. Each has a reason beside it; a new one replaces another. */
const maxNotRun = 8;

const run = promisify(execFile);
/** True if the programs that the guides use are installed. Otherwise the commands run only in CI. */
const hasTools = ['bash', 'curl', 'jq'].every(
  (tool) => spawnSync(tool, ['--version']).status === 0,
);
const readme = shellBlocksOf('README.md');
const guides = readdirSync('docs/guides').map((name) => `docs/guides/${name}`);
const blocksOfGuides = new Map(guides.map((file) => [file, shellBlocksOf(file)]));
const guidesWithCommands = guides.filter((file) => (blocksOfGuides.get(file) ?? []).length > 0);

/** Texts that the commands of a guide must print. */
const printedBy: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  'docs/guides/approvals.md': ['"requires_action"', '"cancel_order"', 'Order 4711 is cancelled.'],
  'docs/guides/architect.md': [
    'built-in architect',
    '"passed": true',
    'every three months',
    '"contradiction"',
    '"nothing_to_improve"',
  ],
  'docs/guides/audit-log.md': [
    '"workspace.update"',
    '"after": "Acme Europe"',
    'sequence,id,',
    '"result": "intact"',
    /computed [0-9a-f]{64}/,
  ],
  'docs/guides/backup.md': [/^true$/m, /"agents": \d/, '"name": "Support"'],
  'docs/guides/batches.md': [/"counts": \{/],
  'docs/guides/chats.md': ['"type":"finish"', '"completed"', /descal/i, /7:30/],
  'docs/guides/ci.md': ['knowledge.top_k', /no model calls|last week/, /^Plan [0-9a-f]{64}$/m],
  'docs/guides/client-tools.md': [
    '"requires_action"',
    '"get_location"',
    '"completed"',
    'The shop in Zurich is the closest.',
  ],
  'docs/guides/code.md': [
    '"result":[{"city":"Bern","total":8},{"city":"Basel","total":4}]',
    '<svg xmlns',
    '"squares.csv"',
    'n,square',
    '"status":"completed"',
  ],
  'docs/guides/cost.md': ['"name":"Each user"', 'total_usd'],
  'docs/guides/datasets.md': [
    'Every three months.',
    '"created_count": 1',
    /^case_\w+,What does the light mean/m,
    '"input": "How long does descaling take?"',
  ],
  'docs/guides/experiment-results.md': [
    '"keep_running"',
    'experiment_id,variant_id,variant',
    '"is_final": true',
  ],
  'docs/guides/experiments.md': [
    '"status": "running"',
    /"experiment": \{\s+"id": "exp_/,
    '"order.value"',
    '"concluded"',
    'More customers reach their goal.',
  ],
  'docs/guides/invoices.md': [
    '"provisional"',
    '"billing": "Acme AG"',
    'number,month,status',
    '%PDF-1.7',
  ],
  'docs/guides/hand-over.md': [
    '"human"',
    '{"role":"user","run_id":null}',
    '"unread_count":1',
    '"Maria"',
    '"agent"',
  ],
  'docs/guides/channels.md': [
    '{"kind":"slack","is_enabled":true,"last_error":null}',
    '{"is_enabled":false}',
  ],
  'docs/guides/knowledge.md': ['"status": "ready"', '"confidence"'],
  'docs/guides/members.md': ['"grace@example.com"', '"open"', /^2$/m, /^204$/m],
  'docs/guides/mcp.md': ['"ready"', 'Echo: Hello', 'everything__get-sum', '"added": []'],
  'docs/guides/mcp-server.md': [/^ask_support$/m, /descal/i, '"title"'],
  'docs/guides/memory.md': ['"remember": true', '"text": "My name is Ada."', /^"fact_\w+"$/m],
  'docs/guides/models.md': [/Hello\.$/m],
  'docs/guides/openai.md': [/descal/i, '"support"'],
  'docs/guides/end-users.md': [
    /descal/i,
    '"end_user_id": "customer-4720"',
    'https://www.example.com',
    /\d session$/m,
    '"running"',
  ],
  'docs/guides/evaluation.md': [
    '{"target":1,"pass_rate":1}',
    '{"wins":1,"losses":0,"ties":0}',
    'evaluation_required',
  ],
  'docs/guides/online-scores.md': ['"name": "Answers at all"', '"online_score"', /^204$/m],
  'docs/guides/replay.md': ['"completed"', '"question":', /^"cancelled"$/m],
  'docs/guides/review.md': [
    '"partly"',
    '"status": "done"',
    'with citric acid.',
    '"krippendorff_alpha": null',
  ],
  'docs/guides/rotation.md': ['"role": "runtime"', '"status":', '"number":'],
  'docs/guides/schedules.md': [
    /"status": "active",\s+"next_runs": \[\s+"20/,
    '"run_status": "completed"',
    '"paused"',
    /"id": "run_\w+",\s+"status": "completed"/,
  ],
  'docs/guides/sharing.md': ['"status": "open"', /^1000$/m, /descal/i, '"quote":'],
  'docs/guides/tools.md': ['on its way', '"changed"', 'listAgents'],
};

/** The answers of the model server on port 1234, for each guide that uses one. */
const scripts: Readonly<Record<string, Script>> = {
  approvals: {
    rounds: [
      { tool_calls: [{ id: 'call_1', name: 'cancel_order', arguments: { order: '4711' } }] },
      { text: ['Order 4711 is cancelled.'] },
    ],
  },
  'client-tools': {
    rounds: [
      { tool_calls: [{ id: 'call_1', name: 'get_location', arguments: {} }] },
      { text: ['The shop in Zurich is the closest.'] },
    ],
  },
  code: {
    rounds: [
      {
        tool_calls: [
          {
            id: 'call_1',
            name: 'run_code',
            arguments: {
              code: "const rows = Array.from({ length: 10 }, (_, i) => ({ n: i + 1, square: (i + 1) ** 2 }));\nwriteFile('squares.csv', toCsv(rows));",
            },
          },
        ],
      },
      { text: ['The squares are in squares.csv.'] },
    ],
  },
  models: { rounds: [{ text: ['Hello.'] }], repeat: true },
};

let state: string;
/** The directory in which the commands run: it resembles the root of the repository and takes the files they write. */
let work: string;
let server: SpawnedServer;
let provider: Awaited<ReturnType<typeof startProvider>>;
/** The session of the README's tour, which the guides continue. */
let session: string;

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'agentgrid-readme-'));
  work = mkdtempSync(join(tmpdir(), 'agentgrid-guides-'));
  for (const folder of ['scripts', 'node_modules'])
    symlinkSync(resolve(folder), join(work, folder));
  mkdirSync(join(work, '.wrangler'));
  symlinkSync(state, join(work, '.wrangler/state'));
  [server, provider] = await Promise.all([
    spawnServer(state, ['--no-sample', '--var', 'ALLOW_PRIVATE_NETWORK:true']),
    startProvider(),
  ]);
  for (const [guide, script] of Object.entries(scripts))
    await fetch(`${provider.url}/_scripts/${guide}`, {
      method: 'PUT',
      body: JSON.stringify(script),
    });
});
afterAll(async () => {
  provider?.stop();
  await server?.stop();
  for (const directory of [state, work]) rmSync(directory, { recursive: true, force: true });
});

/** Runs the blocks with bash, curl and jq against the server of this test; returns what they print. */
async function runBlocks(
  blocks: readonly ShellBlock[],
  { before = '', after = '', guide = '' } = {},
): Promise<string> {
  const script = `${before}\n${scriptOf(blocks)}\n${after}`
    .replaceAll('http://localhost:8787', server.url)
    .replaceAll('http://localhost:1234', `${provider.url}/${guide}`)
    // At the last moment: others take free ports, too.
    .replaceAll('8900', String(await freePort()));
  const child = run('bash', ['-c', script], {
    cwd: work,
    env: { ...process.env, KEY: server.key },
    timeout: 250_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { stdout } = await child.catch(
    ({ stdout, stderr, message }: { stdout: string; stderr: string; message: string }) => {
      const cause = stderr === '' ? message.slice(-500) : stderr;
      throw new Error(`${cause}\nLast output:\n${stdout.slice(-1000)}`);
    },
  );
  return stdout;
}

describe('the README and the guides', () => {
  it('mark at most eight blocks as not run, each with a reason', () => {
    const notRun = [readme, ...blocksOfGuides.values()]
      .flat()
      .filter(({ not_run }) => not_run !== null);
    expect(notRun.length).toBeLessThanOrEqual(maxNotRun);
    for (const { place, not_run } of notRun)
      expect(not_run?.length, `${place} has a reason`).toBeGreaterThan(15);
  });

  it.runIf(hasTools)('have a tour whose commands all succeed', async () => {
    const printed = await runBlocks(readme, { after: 'echo; echo "SESSION=$SESSION"' });
    expect(printed).not.toContain('"type":"error"');
    expect(printed).toContain('"type":"finish"');
    session = /SESSION=(ses_\w+)$/m.exec(printed)?.[1] ?? '';
    expect(session).not.toBe('');
  });

  it.runIf(hasTools).each(guidesWithCommands)('%s has commands that succeed', async (file) => {
    const printed = await runBlocks(blocksOfGuides.get(file) ?? [], {
      before: `URL=http://localhost:8787/api/v1 A="Authorization: Bearer $KEY" J="Content-Type: application/json" SESSION=${session}`,
      guide: basename(file, '.md'),
    });
    expect(printed).not.toContain('"type":"error"');
    for (const expected of printedBy[file] ?? []) expect(printed).toMatch(expected);
  });

  it('leave a workspace in which the demo with tools runs', async () => {
    const flags = ['--tools', '--url', server.url, '--key', server.key];
    const child = spawn(process.execPath, ['scripts/demo.ts', ...flags]);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (printed += data.toString('utf8')));
    const [code] = await once(child, 'close');
    expect({ code, printed }).toMatchObject({
      code: 0,
      printed: expect.stringMatching(/Landquart.*six weeks/),
    });
  });
});
