import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newWorkspace, rootKey, type Workspace } from '../support/api.ts';
import { expectProblem, operations } from '../support/document.ts';

const lists = operations.filter(
  ({ parameters, path }) => parameters.some(({ name }) => name === 'cursor') && !path.includes('{'),
);

async function pagedWorkspace(keys: number): Promise<Workspace> {
  const workspace = await newWorkspace();
  for (let index = 0; index < keys; index += 1) await workspace.withRole('viewer');
  return workspace;
}

describe('cursors', () => {
  it.each(lists.map(({ path, access }) => [path, access] as const))(
    '%s rejects cursors of other lists and malformed ones (R23)',
    async (path, access) => {
      const own = await newWorkspace();
      const workspace = access === 'root' ? own.as(rootKey) : own;
      const foreign = (await (await pagedWorkspace(1)).get('/api-keys?limit=1')).body.next_cursor;
      for (const cursor of [
        'x',
        '.',
        'a.b',
        foreign,
        `${'x'.repeat(999)}`,
        'bnVsbA.AAAA',
        '💩',
        '%',
      ]) {
        const answer = await workspace.get(
          `${path.replace('/api/v1', '')}?cursor=${encodeURIComponent(cursor)}`,
        );
        expectProblem(answer, 400, cursor);
        expect(answer.body.code).toBe('invalid_cursor');
      }
    },
  );

  it('are bound to workspace, list and filters (R23)', async () => {
    const workspace = await pagedWorkspace(3);
    const { next_cursor } = (await workspace.get('/api-keys?limit=1')).body;
    expect((await workspace.get(`/api-keys?cursor=${next_cursor}`)).body.data).toHaveLength(3);
    expectProblem(await (await newWorkspace()).get(`/api-keys?cursor=${next_cursor}`), 400);
    expectProblem(await workspace.get(`/audit-log?cursor=${next_cursor}`), 400);
    const filtered = (await workspace.get('/audit-log?limit=1&action=api_key.create')).body
      .next_cursor;
    expect(
      (await workspace.get(`/audit-log?action=api_key.create&cursor=${filtered}`)).body.data,
    ).toHaveLength(2);
    expectProblem(await workspace.get(`/audit-log?cursor=${filtered}`), 400);
    expectProblem(
      await workspace.get(`/audit-log?action=workspace.create&cursor=${filtered}`),
      400,
    );
  });

  it('are invalid after a change of a single character (R23)', async () => {
    const workspace = await pagedWorkspace(1);
    const { next_cursor } = (await workspace.get('/api-keys?limit=1')).body;
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '];
    const change = fc.tuple(
      fc.nat(next_cursor.length),
      fc.constantFrom('', ...alphabet),
      fc.constantFrom(0, 1),
    );
    for (const changed of [
      `${next_cursor}.`,
      ` ${next_cursor}`,
      `${next_cursor} `,
      next_cursor.replace('.', ' .'),
      next_cursor.replace('.', '==.'),
    ]) {
      expectProblem(
        await workspace.get(`/api-keys?cursor=${encodeURIComponent(changed)}`),
        400,
        changed,
      );
    }
    await fc.assert(
      fc.asyncProperty(change, async ([at, character, removed]) => {
        const changed = next_cursor.slice(0, at) + character + next_cursor.slice(at + removed);
        fc.pre(changed !== next_cursor);
        expectProblem(
          await workspace.get(`/api-keys?cursor=${encodeURIComponent(changed)}`),
          400,
          changed,
        );
      }),
      { numRuns: 150 },
    );
  });

  it('neither skip nor repeat existing rows during concurrent inserts and deletes (R23)', async () => {
    const workspace = await pagedWorkspace(9);
    const before = (await workspace.get('/api-keys?limit=100')).body.data.map(
      ({ id }: { id: string }) => id,
    );
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await workspace.get(
        `/api-keys?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
      await workspace.withRole('viewer');
      await workspace.delete(`/api-keys/${seen.at(-1)}`);
    }
    expect(seen).toEqual(before);
  });
});
