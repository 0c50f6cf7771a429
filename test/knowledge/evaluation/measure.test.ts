import { describe, expect, it } from 'vitest';
import { measure } from '../../../src/knowledge/evaluation/measure.ts';
import type { SearchHit } from '../../../src/knowledge/search/schema.ts';

const hit = (file_id: string, text: string): SearchHit => ({
  ...{ chunk_id: `chk_${text}`, file_id, file_name: file_id, base_id: 'kb', text, page: null },
  ...{
    start: 0,
    end: text.length,
    heading: null,
    revision: 1,
    score: 1,
    rerank_score: null,
    keyword_score: null,
    fused_score: 1,
  },
  ...{ title: null, language: null, tags: [], published_at: null },
  ...{ keyword_rank: 1, vector_rank: null, vector_score: null },
});

describe('the measures of a search', () => {
  it('are those of the literature', () => {
    const hits = [hit('a', 'other'), hit('b', 'one'), hit('c', 'two'), hit('b', 'again')];
    const found = measure([{ file_id: 'b' }, { file_id: 'c' }, { file_id: 'd' }], hits, 10);
    expect(found).toMatchObject({ rank: 2, recall: 2 / 3, reciprocal_rank: 1 / 2 });
    const [second, third] = [1 / Math.log2(3), 1 / Math.log2(4)];
    expect(found.ndcg).toBeCloseTo((second + third) / (1 + second + third), 12);
    expect(found.hits.map(({ is_expected }) => is_expected)).toEqual([false, true, true, false]);
  });

  it('discount by what can be found within the limit', () => {
    const expected = ['a', 'b', 'c'].map((file_id) => ({ file_id }));
    expect(measure(expected, [hit('a', 'x')], 1)).toMatchObject({ ndcg: 1, recall: 1 / 3 });
  });

  it('compare passages by letters and digits, whether the chunk is longer or shorter', () => {
    const expected = [{ file_id: 'a', text: '**25 days** of\nleave' }];
    for (const text of ['Everybody has 25 days of LEAVE.', '25 days', '25 ｄａｙｓ of leave'])
      expect(measure(expected, [hit('a', text)], 5).rank, text).toBe(1);
    for (const one of [hit('a', '26 days'), hit('b', '25 days of leave'), hit('a', '…')])
      expect(measure(expected, [one], 5).rank, one.text).toBeNull();
  });

  it('are 0 when nothing was found, and null when nothing was expected', () => {
    const none = { rank: null, recall: 0, reciprocal_rank: 0, ndcg: 0 };
    expect(measure([{ file_id: 'a' }], [], 5)).toMatchObject(none);
    const open = { rank: null, recall: null, reciprocal_rank: null, ndcg: null };
    expect(measure([], [hit('a', 'x')], 5)).toMatchObject(open);
  });
});
