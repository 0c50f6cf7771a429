// npm run demo: documents, answers with citations and cost, a new version, a rollback.
import { basename } from 'node:path';
import { type Answer, ask } from './ask.ts';
import type { Client } from './client.ts';
import { cost, printCitations, showProgress, step } from './demo-print.ts';
import { handbook, manual, upload, waitUntilRead } from './sample.ts';

interface Agent {
  readonly id: string;
  readonly active_version: { readonly number: number };
}

interface Expected {
  readonly file: string;
  readonly page: number | null;
  readonly says: string;
}

/** Throws if an answer lacks an expected fact or citation, or if a version is not the expected one. */
export async function demonstrateDocuments(client: Client, signal: AbortSignal): Promise<void> {
  step('Creating an agent');
  const agent = await client.call<Agent>('POST', '/agents', {
    json: {
      name: 'Café demo',
      config: {
        instructions: 'You help the staff of a café. Answer briefly and only from the documents.',
      },
    },
    idempotencyKey: crypto.randomUUID(),
  });
  console.log(`  ${agent.id}, version ${agent.active_version.number}`);

  step(`Uploading ${basename(manual.path)} and ${basename(handbook.path)}`);
  await upload(client, agent.id, [manual, handbook]);
  await waitUntilRead(client, agent.id, { within: 120_000, signal, onProgress: showProgress });
  process.stdout.write('\n');

  const session = await client.call<{ id: string }>('POST', `/agents/${agent.id}/sessions`, {
    json: {},
    idempotencyKey: crypto.randomUUID(),
  });
  const check = (message: string, expected: Expected) =>
    askAndCheck(client, { session_id: session.id, message, signal }, expected);
  await check('How long does descaling take?', {
    file: basename(manual.path),
    page: 7,
    says: '45 minutes',
  });
  await check('How long may open milk be kept?', {
    file: basename(handbook.path),
    page: null,
    says: '3 days',
  });

  step('Changing the instructions, which makes a version');
  const changed = await client.call<Agent>('PATCH', `/agents/${agent.id}`, {
    json: {
      config: { instructions: 'Answer in one sentence.', knowledge: { top_k: 3 } },
      change_summary: 'Shorter answers',
    },
  });
  expectVersion(changed, 2);

  step('Rolling back');
  const back = await client.call<Agent>('POST', `/agents/${agent.id}/versions/1/activate`, {
    json: { reason: 'The demo shows a rollback' },
    idempotencyKey: crypto.randomUUID(),
  });
  expectVersion(back, 1);
  await check('What does error E07 mean?', {
    file: basename(manual.path),
    page: 8,
    says: 'brew boiler is too hot',
  });
}

/** Sends a question, prints the streamed answer, and throws if it lacks the expected text or citation. */
async function askAndCheck(
  client: Client,
  question: { readonly session_id: string; readonly message: string; readonly signal: AbortSignal },
  expected: Expected,
): Promise<void> {
  step(question.message);
  process.stdout.write('  ');
  const answer = await ask(client, {
    ...question,
    onChunk: (chunk) =>
      void (
        chunk.type === 'text-delta' && process.stdout.write(chunk.delta.replaceAll('\n', '\n  '))
      ),
  });
  console.log();
  printCitations(answer.citations);
  console.log(`    ${describeRun(answer)}`);
  if (!answer.text.includes(expected.says))
    throw new Error(`The answer does not say "${expected.says}".`);
  if (
    !answer.citations.some(
      ({ file_name, page }) => file_name === expected.file && page === expected.page,
    )
  ) {
    throw new Error(
      `The answer does not cite ${expected.file}${expected.page === null ? '' : `, page ${expected.page}`}.`,
    );
  }
}

function describeRun({ run }: Answer): string {
  const tokens = `${run.usage.input_tokens ?? '?'} + ${run.usage.output_tokens ?? '?'} tokens`;
  return `coverage ${run.coverage}, confidence ${run.confidence?.toFixed(2)}, ${tokens}, ${cost(run.usage.cost_usd)}, first word after ${run.first_token_ms} ms`;
}

function expectVersion({ active_version }: Agent, number: number): void {
  console.log(`  version ${active_version.number} is active`);
  if (active_version.number !== number) throw new Error(`Version ${number} should be active.`);
}
