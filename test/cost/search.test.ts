import { beforeAll, describe, expect, it } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';

let workspace: Workspace;

/** A base of this many chunks. Each has words of all chunks, of every tenth, and of its own. */
async function baseOf(chunks: number): Promise<string> {
  const base = await newBase(workspace, { chunk_tokens: 64, chunk_overlap_tokens: 0 });
  const text = Array.from(
    { length: chunks },
    (_, index) =>
      `# Device ${index}\n\nThe warranty of this device covers the battery for ${index} days. Tenth of the devices: group${index % 10}.`,
  ).join('\n\n');
  const file = await addText(workspace, base, 'devices.md', text);
  expect(file).toMatchObject({ status: 'ready', chunk_count: chunks });
  return base;
}

/** Returns the cost of a search once the isolate has cached the vectors. */
async function costOf(base: string, query: string, rest: Record<string, unknown>) {
  const search = () => workspace.post(`/knowledge-bases/${base}/search`, { query, ...rest });
  await search();
  const { status, headers, body } = await search();
  expect([status, body.hits.length]).toEqual([200, 8]);
  const { trips, rows_read } = readServerTiming(headers.get('server-timing') ?? '');
  return { trips, rows_read };
}

describe('a search', () => {
  let small: string;
  let large: string;
  beforeAll(async () => {
    workspace = await newWorkspace();
    [small, large] = [await baseOf(70), await baseOf(1400)];
  });

  for (const mode of ['keyword', 'hybrid', 'vector'])
    for (const reranker of [null, 'builtin/lexical'])
      it(`reads as many rows of 1,400 chunks as of 70: ${mode}, ${reranker ?? 'no reranker'}`, async () => {
        for (const query of [
          'How many days does the warranty cover the battery of a device?',
          'group7 warranty',
        ]) {
          const few = await costOf(small, query, { mode, reranker });
          const many = await costOf(large, query, { mode, reranker });
          expect(many.trips).toBe(few.trips);
          // A small base may have fewer candidates than the search reads at most.
          expect(many.rows_read).toBeLessThanOrEqual(Math.max(few.rows_read * 1.1, 400));
        }
      });
});
