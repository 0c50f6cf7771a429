import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkSource, chunkDocument } from '../../src/documents/chunk/chunk.ts';
import { estimateTokens } from '../../src/shared/tokens.ts';

const plain = (text: string): ChunkSource => ({ text, pages: null, isMarkdown: false });
const markdown = (text: string): ChunkSource => ({ text, pages: null, isMarkdown: true });
const slices = (source: ChunkSource, chunk_tokens: number, chunk_overlap_tokens: number) =>
  chunkDocument(source, { chunk_tokens, chunk_overlap_tokens }).map(({ start, end }) =>
    source.text.slice(start, end),
  );

const piece = fc.oneof(
  fc.constantFrom(
    '# Title\n',
    '\n## Part\n\n',
    '\n\n',
    '| a | b |\n| --- | --- |\n',
    '| 1 | 2 |\n',
    '```\ncode\n```\n',
    '- item\n',
    '。',
    '. ',
    '😀',
  ),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    '漢字仮名交じり文。'.repeat(9),
    'ภาษาไทยไม่มีช่องว่าง'.repeat(9),
    'A'.repeat(700),
    'word '.repeat(90),
    '😀'.repeat(80),
  ),
);

describe('chunks', () => {
  it('cover all text except white space, as bounded, non-empty slices that split no surrogate pair', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 0, max: 9 }),
        fc.boolean(),
        (pieces, isMarkdown, chunk_tokens, overlap, hasPages) => {
          const text = pieces.join('').toWellFormed();
          const pages = hasPages
            ? pieces.map((_, index) => pieces.slice(0, index).join('').length)
            : null;
          const chunks = chunkDocument(
            { text, pages, isMarkdown },
            { chunk_tokens, chunk_overlap_tokens: overlap },
          );
          let covered = 0;
          for (const { start, end, page, token_count } of chunks) {
            const slice = text.slice(start, end);
            expect(slice.trim()).toBe(slice.replace(/^[^\S\n]+/, ''));
            expect(slice.trim()).not.toBe('');
            expect(slice.isWellFormed()).toBe(true);
            expect(token_count).toBe(estimateTokens(slice));
            expect(token_count).toBeLessThanOrEqual(chunk_tokens);
            expect(text.slice(covered, start).trim()).toBe('');
            if (pages !== null && page !== null) {
              expect(start).toBeGreaterThanOrEqual(pages[page - 1] ?? 0);
              if (page < pages.length) expect(end).toBeLessThanOrEqual(pages[page] ?? 0);
            }
            covered = Math.max(covered, end);
          }
          expect(text.slice(covered).trim()).toBe('');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('repeats the overlap within a section, and nothing when the overlap is 0', () => {
    const text = Array.from(
      { length: 200 },
      (_, index) => `This is sentence number ${index} of the text.`,
    ).join(' ');
    const chunks = chunkDocument(plain(text), { chunk_tokens: 120, chunk_overlap_tokens: 30 });
    expect(chunks.length).toBeGreaterThan(10);
    for (const [index, chunk] of chunks.slice(1).entries()) {
      const shared = text.slice(chunk.start, chunks[index]?.end);
      expect(estimateTokens(shared)).toBeGreaterThan(15);
      expect(estimateTokens(shared)).toBeLessThanOrEqual(30);
      expect(shared).toMatch(/^This is/);
    }
    expect(slices(plain(text), 120, 0).join(' ')).toBe(text);
  });

  it('stores the headings above a chunk and the header of a split table', () => {
    const rows = Array.from(
      { length: 40 },
      (_, index) => `| Item ${index} | ${index * 10} francs |`,
    );
    const body =
      'A paragraph that says enough to stand on its own, with many words in it, so that it is not put together with others. '.repeat(
        2,
      );
    const text = [
      '# Shop',
      '',
      body,
      '',
      '## Prices',
      '',
      '| Item | Price |',
      '| --- | --- |',
      ...rows,
      '',
      '## Hours',
      '',
      body,
    ].join('\n');
    const chunks = chunkDocument(markdown(text), { chunk_tokens: 120, chunk_overlap_tokens: 12 });
    const table = chunks.filter(
      ({ start, end }) =>
        text.slice(start, end).startsWith('| Item ') && !text.slice(start, end).includes('---'),
    );
    expect(table.length).toBeGreaterThan(1);
    for (const { heading, start, end } of table) {
      expect(heading).toBe('Shop > Prices > Item | Price');
      for (const line of text.slice(start, end).split('\n')) expect(rows).toContain(line);
    }
    expect(chunks.at(-1)?.heading).toBe('Shop > Hours');
    expect(chunks[0]?.heading).toBe('Shop');
  });

  it('treats `#` as text in plain text files', () => {
    expect(
      chunkDocument(plain('# one\n\ntwo'), { chunk_tokens: 100, chunk_overlap_tokens: 10 })[0]
        ?.heading,
    ).toBeNull();
  });

  it('splits 4 million characters without white space in linear time', () => {
    const length = 4_000_000;
    const source = plain('x'.repeat(length));
    expect(
      chunkDocument(source, { chunk_tokens: 400, chunk_overlap_tokens: 50 }).length,
    ).toBeGreaterThan(length / 2000);
  });
});
