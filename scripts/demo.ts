// npm run demo: the main job on real documents, in a minute. `-- --url URL --key KEY` runs it against a server that is up.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Answer, ask } from './ask.ts';
import { type Client, openClient } from './client.ts';
import { type FileStatus, handbook, manual, upload, waitUntilRead } from './sample.ts';
import { type SpawnedServer, spawnServer } from './spawned-server.ts';

interface Agent {
  readonly id: string;
  readonly active_version: { readonly number: number };
}

const stopping = new AbortController();

async function demonstrate(client: Client): Promise<void> {
  step('Creating an agent');
  const agent = await client.call<Agent>('POST', '/agents', {
    json: { name: 'Café demo', config: { instructions: 'You help the staff of a café. Answer briefly and only from the documents.' } },
    idempotencyKey: crypto.randomUUID(),
  });
  console.log(`  ${agent.id}, version ${agent.active_version.number}`);

  step(`Uploading ${basename(manual.path)} and ${basename(handbook.path)}`);
  await upload(client, agent.id, [manual, handbook]);
  await waitUntilRead(client, agent.id, { within: 120_000, signal: stopping.signal, onProgress: showProgress });
  process.stdout.write('\n');

  const session = await client.call<{ id: string }>('POST', `/agents/${agent.id}/sessions`, {
    json: {},
    idempotencyKey: crypto.randomUUID(),
  });
  await askAndCheck(client, session.id, 'How long does descaling take?', { file: basename(manual.path), page: 7, says: '45 minutes' });
  await askAndCheck(client, session.id, 'How long may open milk be kept?', { file: basename(handbook.path), page: null, says: '3 days' });

  step('Changing the instructions, which makes a version');
  const changed = await client.call<Agent>('PATCH', `/agents/${agent.id}`, {
    json: { config: { instructions: 'Answer in one sentence.', knowledge: { top_k: 3 } }, change_summary: 'Shorter answers' },
  });
  expectVersion(changed, 2);

  step('Rolling back');
  const back = await client.call<Agent>('POST', `/agents/${agent.id}/versions/1/activate`, {
    json: { reason: 'The demo shows a rollback' },
    idempotencyKey: crypto.randomUUID(),
  });
  expectVersion(back, 1);
  await askAndCheck(client, session.id, 'What does error E07 mean?', {
    file: basename(manual.path),
    page: 8,
    says: 'brew boiler is too hot',
  });
}

/** Asks, shows the answer as it comes, and throws unless it says and cites what the document says. */
async function askAndCheck(
  client: Client,
  session_id: string,
  question: string,
  expected: { readonly file: string; readonly page: number | null; readonly says: string },
): Promise<void> {
  step(question);
  process.stdout.write('  ');
  const answer = await ask(client, session_id, question, (text) => process.stdout.write(text.replaceAll('\n', '\n  ')));
  console.log();
  for (const { file_name, page, quote } of answer.citations) {
    console.log(`    ${file_name}${page === null ? '' : `, page ${page}`}: “${shorten(quote)}”`);
  }
  console.log(`    ${describeRun(answer)}`);
  if (!answer.text.includes(expected.says)) throw new Error(`The answer does not say "${expected.says}".`);
  if (!answer.citations.some(({ file_name, page }) => file_name === expected.file && page === expected.page)) {
    throw new Error(`The answer does not cite ${expected.file}${expected.page === null ? '' : `, page ${expected.page}`}.`);
  }
}

function describeRun({ run }: Answer): string {
  const cost = run.usage.cost_usd === null ? 'cost unknown' : `$${run.usage.cost_usd}`;
  const tokens = `${run.usage.input_tokens ?? '?'} + ${run.usage.output_tokens ?? '?'} tokens`;
  return `coverage ${run.coverage}, confidence ${run.confidence?.toFixed(2)}, ${tokens}, ${cost}, first word after ${run.first_token_ms} ms`;
}

function expectVersion({ active_version }: Agent, number: number): void {
  console.log(`  version ${active_version.number} is active`);
  if (active_version.number !== number) throw new Error(`Version ${number} should be active.`);
}

const step = (text: string) => console.log(`\n▸ ${text}`);
const shorten = (text: string) => (text.length > 160 ? `${text.slice(0, 159)}…` : text).replaceAll(/\s+/g, ' ');

/** One line that is written over, or one line a change where there is no terminal. */
let shown = '';
function showProgress(files: readonly FileStatus[]): void {
  const line = files.map(
    ({ name, status, progress }) => `${name}: ${status}${progress > 0 && progress < 1 ? ` ${Math.round(progress * 100)} %` : ''}`,
  );
  const text = `  ${line.sort().join(' · ')}`;
  if (text === shown) return;
  process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${text}` : `${shown === '' ? '' : '\n'}${text}`);
  shown = text;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { url: { type: 'string' }, key: { type: 'string' } } });
  if ((values.url === undefined) !== (values.key === undefined)) throw new Error('--url and --key go together.');
  if (values.url !== undefined) return demonstrate(openClient(values.url, values.key ?? ''));
  const directory = mkdtempSync(join(tmpdir(), 'agentgrid-demo-'));
  let server: SpawnedServer | undefined;
  try {
    step('Starting a server of its own');
    server = await spawnServer(directory, ['--no-sample']);
    const { stop } = server;
    stopping.signal.addEventListener('abort', () => void stop());
    console.log(`  ${server.url}`);
    await demonstrate(openClient(server.url, server.key));
  } finally {
    await server?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
try {
  await main();
  console.log('\nDone.');
} catch (error) {
  console.error(`\n${stopping.signal.aborted ? 'Stopped.' : `The demo failed: ${error instanceof Error ? error.message : error}`}`);
  process.exitCode = 1;
}
