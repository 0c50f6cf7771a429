import { beforeEach, describe, expect, it } from 'vitest';
import type { VectorIndex, VectorQuery } from '../../src/platform/ports.ts';
import { newId } from '../../src/shared/id.ts';

export interface Subject {
  readonly index: VectorIndex;
  /** Advances time until writes are visible. */
  readonly settle: () => void;
}

/** The contract of a vector index. `open` returns an index without vectors of this suite. */
export function describeVectorIndex(name: string, open: () => Subject): void {
  describe(`vector index: ${name}`, () => {
    let subject: Subject;
    let revision = 0;
    const workspace_id = newId('ws');
    let base_id: string;
    beforeEach(() => {
      subject = open();
      base_id = newId('kb');
    });

    const upsert = async (
      records: Parameters<VectorIndex['upsert']>[1],
      workspace = workspace_id,
    ) => {
      await subject.index.upsert(workspace, records);
      subject.settle();
      revision += 1;
    };
    const remove = async (ids: readonly string[], workspace = workspace_id) => {
      await subject.index.remove(workspace, ids);
      subject.settle();
      revision += 1;
    };
    const query = (
      values: readonly number[],
      rest: Partial<Omit<VectorQuery, 'bases'>> & { bases?: string[] } = {},
    ) => {
      const { bases = [base_id], ...options } = rest;
      const revised = bases.map((id) => ({ id, vectors_revision: revision }));
      return subject.index.query({ workspace_id, limit: 10, values, ...options, bases: revised });
    };
    const record = (values: number[], base = base_id) => ({
      id: newId('chk'),
      base_id: base,
      content: 'content',
      values,
    });

    it('ranks by cosine similarity, independent of the length of the vectors', async () => {
      const [near, middle, far, opposite] = [
        record([9, 1, 0]),
        record([0.5, 0.5, 0]),
        record([0, 1, 0.1]),
        record([-1, 0, 0]),
      ];
      await upsert([far, opposite, near, middle]);
      const hits = await query([1, 0, 0]);
      expect(hits.map(({ id }) => id)).toEqual([near.id, middle.id, far.id, opposite.id]);
      for (const [index, expected] of [0.994, Math.SQRT1_2, 0, -1].entries())
        expect(hits[index]?.score).toBeCloseTo(expected, 1);
    });

    it('keeps the best up to the limit', async () => {
      const records = Array.from({ length: 130 }, (_, index) => record([1, index / 130, 0]));
      await upsert(records);
      expect((await query([1, 0, 0], { limit: 7 })).map(({ id }) => id)).toEqual(
        records.slice(0, 7).map(({ id }) => id),
      );
      expect(await query([1, 0, 0], { limit: 100 })).toHaveLength(100);
    });

    it('gives nothing of another workspace or base (R5)', async () => {
      const [own, other] = [newId('kb'), newId('kb')];
      const mine = record([1, 0, 0], own);
      await upsert([mine, record([1, 0, 0], other)]);
      await upsert([record([1, 0, 0], own)], newId('ws'));
      expect((await query([1, 0, 0], { bases: [own] })).map(({ id }) => id)).toEqual([mine.id]);
      expect(await query([1, 0, 0], { bases: [] })).toEqual([]);
      expect(await query([1, 0, 0], { bases: [own], workspace_id: newId('ws') })).toEqual([]);
    });

    it('searches many bases at once', async () => {
      const bases = Array.from({ length: 130 }, () => newId('kb'));
      const records = bases.map((base, index) => record([1, index / 100, 0], base));
      await upsert(records);
      const hits = await query([1, 0, 0], { bases, limit: 20 });
      expect(hits.map(({ id }) => id)).toEqual(records.slice(0, 20).map(({ id }) => id));
    });

    it('replaces a vector that is upserted again, and removes idempotently', async () => {
      const [first, second] = [record([1, 0, 0]), record([0, 1, 0])];
      await upsert([first, second]);
      await upsert([{ ...first, values: [0, 1, 0] }]);
      for (const { score } of await query([0, 1, 0])) expect(score).toBeCloseTo(1, 2);
      await remove([first.id]);
      await remove([first.id, newId('chk')]);
      expect((await query([0, 1, 0])).map(({ id }) => id)).toEqual([second.id]);
      await remove([]);
    });

    it('moves vectors to another base, and none of another workspace (R5)', async () => {
      const [near, far] = [record([1, 0, 0]), record([0, 1, 0])];
      await upsert([near, far]);
      const other = newId('kb');
      const move = async (workspace: string, ids: readonly string[]) => {
        await subject.index.move(workspace, ids, other);
        subject.settle();
        revision += 1;
      };
      await move(newId('ws'), [near.id]);
      expect((await query([1, 0, 0])).map(({ id }) => id)).toEqual([near.id, far.id]);
      await move(workspace_id, [near.id, newId('chk')]);
      await move(workspace_id, [near.id]);
      expect((await query([1, 0, 0])).map(({ id }) => id)).toEqual([far.id]);
      const [moved] = await query([1, 0, 0], { bases: [other] });
      expect(moved?.id).toBe(near.id);
      expect(moved?.score).toBeCloseTo(1, 2);
    });

    it('accepts thousands of vectors at once', async () => {
      const records = Array.from({ length: 2300 }, (_, index) => record([1, index, 1]));
      await upsert(records);
      expect(await query([1, 1, 1], { limit: 100 })).toHaveLength(100);
      await remove(records.map(({ id }) => id));
      expect(await query([1, 1, 1])).toEqual([]);
    });
  });
}
