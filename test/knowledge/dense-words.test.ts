import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { ingestFile } from '../../src/knowledge/ingest/ingest.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace } from '../support/api.ts';
import { type Recording, recording } from '../support/faulty.ts';
import { addText, newBase } from '../support/files.ts';
import { forget } from '../support/history.ts';
import { runSchedule } from '../support/schedule.ts';

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const codes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));

/** Lines of 20 codes. The codes of a chunk are different, as in a table of part numbers. */
const tableOf = (lines: number) =>
  Array.from({ length: lines }, (_, line) =>
    Array.from({ length: 20 }, (_, index) => codes[(line * 20 + index) % codes.length]).join(' '),
  ).join('\n\n');

/** Rows of the keyword index for the chunks of a file. */
const wordsOf = async (file: string) =>
  (
    await env.DB.prepare(
      'select count(*) as n from chunk_words where rowid in (select seq from chunks where file_id = ?)',
    )
      .bind(file)
      .first<{ n: number }>()
  )?.n;

/** Size in bytes of the largest parameter of a statement about `table`. */
const largestOf = ({ statements }: Recording, table: string) =>
  Math.max(
    ...statements
      .filter(({ sql }) => sql.includes(`into ${table} `))
      .flatMap(({ values }) => values)
      .map((value) => (typeof value === 'string' ? new TextEncoder().encode(value).length : 0)),
  );

it('indexes chunks of 2,000 tokens in which no word occurs twice, within the limits of D1', async () => {
  const workspace = await newWorkspace();
  const base = await newBase(workspace, { chunk_tokens: 2000, chunk_overlap_tokens: 0 });
  const { id, chunk_count } = await addText(workspace, base, 'parts.txt', tableOf(11_000));
  expect(chunk_count).toBeGreaterThan(100);
  const ingestion = recording(env.DB);
  await forget(id);
  await ingestFile(contextOf(workspace, { DB: ingestion.database }), { file_id: id }, undefined);
  expect(largestOf(ingestion, 'chunk_words')).toBeLessThan(2_000_000);
  expect(await wordsOf(id)).toBe(chunk_count);
  await env.DB.batch(
    ['chunk_words', 'keyword_progress'].map((table) => env.DB.prepare(`delete from ${table}`)),
  );
  const task = recording(env.DB);
  await runSchedule('* * * * *', { ...env, DB: task.database }, createExecutionContext());
  expect(largestOf(task, 'chunk_words')).toBeLessThan(2_000_000);
  expect(await wordsOf(id)).toBe(chunk_count);
});
