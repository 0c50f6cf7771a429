import { describe, expect, it } from 'vitest';
import { extractPdf } from '../../src/documents/formats/pdf/extract.ts';
import { boxOf, decodeLines } from '../../src/documents/page-layout.ts';
import { at, pageOf } from '../support/pdf.ts';

const textOf = async (content: readonly string[]) =>
  (await extractPdf(pageOf(content.join('\n')))).text;

const stroke = (x0: number, y0: number, x1: number, y1: number) => `${x0} ${y0} m ${x1} ${y1} l S`;
const across = (x: number, right: number, ...ys: readonly number[]) =>
  ys.map((y) => stroke(x, y, right, y));

/** Borders as browsers print them: thin filled rectangles, cell by cell. */
const filledGrid = (xs: readonly number[], ys: readonly number[]) => [
  ...ys.flatMap((y) =>
    xs.slice(1).map((x, index) => `${xs[index]} ${y} ${x - (xs[index] ?? 0)} 0.75 re f`),
  ),
  ...xs.flatMap((x) =>
    ys.slice(1).map((y, index) => `${x} ${y} 0.75 ${(ys[index] ?? 0) - y} re f`),
  ),
];

const often = [
  at(80, 700, 'How often'),
  at(180, 700, 'What'),
  at(80, 676, 'When the display'),
  at(180, 676, 'Descale both boilers'),
  at(80, 662, 'asks'),
  at(80, 638, 'Once a year'),
  at(180, 638, 'Have the group gasket replaced'),
];

describe('tables of PDFs', () => {
  it('are read by their drawn cells: a row may have several lines', async () => {
    expect(await textOf([...filledGrid([72, 172, 400], [716, 692, 654, 630]), ...often])).toBe(
      '| How often | What |\n| --- | --- |\n| When the display asks | Descale both boilers |\n| Once a year | Have the group gasket replaced |',
    );
  });

  it('repeat cells that span rows and columns, and join the rows of a header', async () => {
    const rules = [
      ...across(72, 432, 716, 656, 616),
      ...across(162, 342, 688),
      ...across(162, 432, 636),
      ...[72, 162, 342, 432].map((x) => stroke(x, 716, x, 616)),
      stroke(252, 688, 252, 616),
    ];
    expect(
      await textOf([
        ...rules,
        at(80, 682, 'Station'),
        at(230, 698, 'Error'),
        at(170, 668, 'mean'),
        at(260, 668, 'max'),
        at(350, 682, 'Unit'),
        at(80, 632, 'North'),
        ...[at(170, 642, '0.4'), at(260, 642, '1.3'), at(350, 642, 'bar')],
        ...[at(170, 622, '0.2'), at(260, 622, '0.8'), at(350, 622, 'psi')],
      ]),
    ).toBe(
      '| Station | Error mean | Error max | Unit |\n| --- | --- | --- | --- |\n| North | 0.4 | 1.3 | bar |\n| North | 0.2 | 0.8 | psi |',
    );
  });

  it('need no lines between their rows, nor between their columns', async () => {
    const rows = [
      ...[at(80, 700, 'Method'), at(200, 700, 'Error'), at(300, 700, 'Remark')],
      ...[at(80, 676, 'Baseline'), at(200, 676, '0.42'), at(300, 676, 'Uses the mean of the last')],
      at(300, 662, 'days of the winter'),
      ...[at(80, 640, 'Our model'), at(200, 640, '0.12'), at(300, 640, 'Fitted once')],
    ];
    const expected =
      '| Method | Error | Remark |\n| --- | --- | --- |\n| Baseline | 0.42 | Uses the mean of the last days of the winter |\n| Our model | 0.12 | Fitted once |';
    expect(await textOf([...across(72, 460, 716, 694, 630), ...rows])).toBe(expected);
    expect(await textOf(rows)).toBe(expected);
    const uprights = [72, 190, 290, 460].map((x) => stroke(x, 716, x, 630));
    expect(await textOf([...across(72, 460, 716, 694, 630), ...uprights, ...rows])).toBe(expected);
  });

  it('are not made of boxes, columns of text and drawings', async () => {
    const box = ['72 600 400 120 re S', '72 660 400 60 re S', '200 600 0.5 60 re f'];
    const lines = [700, 686, 672].map((y) => at(80, y, 'A box of words that are no table at all.'));
    expect(await textOf([...box, ...lines])).not.toContain('|');
    const column = (x: number) =>
      Array.from({ length: 8 }, (_, line) =>
        at(x, 700 - line * 14, `line ${line} of a column of words, full`),
      );
    const columns = [...across(72, 540, 716, 640, 590), ...column(72), ...column(320)];
    expect(await textOf(columns)).not.toContain('|');
    const grid = Array.from({ length: 9000 }, (_, index) =>
      stroke(72 + (index % 300), 100, 72 + (index % 300), 300),
    );
    expect(await textOf([...grid, at(72, 700, 'A chart')])).toBe('A chart');
    const fan = [...Array(900).keys()].flatMap((index) => [
      stroke(10 + index / 2, 10, 10 + index / 2, 700),
      stroke(10, 10 + index / 2, 500, 10 + index / 2),
    ]);
    expect(await textOf([...fan, at(72, 720, 'A mesh')])).toBe('A mesh');
  });

  it('keep the places of words in wrapped, hyphenated and escaped cells', async () => {
    const content = [
      ...filledGrid([72, 172, 400], [716, 692, 654, 630]),
      ...[at(80, 700, 'Name'), at(180, 700, 'Use')],
      ...[at(80, 676, 'Descal-'), at(80, 662, 'ing'), at(180, 676, 'a | b'), at(180, 662, 'twice')],
      ...[at(80, 638, 'Rinse'), at(180, 638, 'daily')],
    ].join('\n');
    const { text, layout } = await extractPdf(pageOf(content), { layout: true });
    expect(text).toContain('| Descaling | a \\| b; twice |\n| Rinse | daily |');
    const words = [...decodeLines(layout?.[0]?.lines ?? [])].flatMap((line) =>
      line.words.map(({ start, end }) => [text.slice(start, end), boxOf(line, start, end)?.x]),
    );
    expect(words).toEqual([
      ...[
        ['Name', 80],
        ['Use', 180],
        ['Descal', 80],
        ['ing', 80],
      ],
      ...[
        ['a', 180],
        ['|', expect.closeTo(190, 0)],
        ['b', 196.5],
        ['twice', 180],
      ],
      ...[
        ['Rinse', 80],
        ['daily', 180],
      ],
    ]);
  });
});
