import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barChart, lineChart } from '../../src/platform/code/guest/chart.ts';
import { parseCsv, toCsv } from '../../src/platform/code/guest/csv.ts';
import { parseNumber } from '../../src/platform/code/guest/numbers.ts';
import {
  groupRows,
  joinRows,
  mean,
  median,
  quantile,
  sortRows,
  sum,
} from '../../src/platform/code/guest/rows.ts';

describe('parseCsv', () => {
  it('reads quotes, line breaks in cells, other delimiters, a byte order mark and empty lines', () => {
    expect(
      parseCsv('\ufeffname;note;n\r\n"Müller; A";"two\nlines";1\r\n\r\nB;"say ""hi""";2\r\n'),
    ).toEqual([
      { name: 'Müller; A', note: 'two\nlines', n: 1 },
      { name: 'B', note: 'say "hi"', n: 2 },
    ]);
    expect(parseCsv('a\tb\n1\t2')).toEqual([{ a: 1, b: 2 }]);
    expect(parseCsv('a,b\n1\n1,2,3')).toEqual([
      { a: 1, b: null },
      { a: 1, b: 2 },
    ]);
    expect(parseCsv('a,,a\n1,2,3')).toEqual([{ a: 1, column_2: 2, a_2: 3 }]);
    expect(parseCsv('1,2\n3,4', { header: false })).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(parseCsv('')).toEqual([]);
    expect(parseCsv('only,header')).toEqual([]);
    expect(() => parseCsv(undefined)).toThrow('such as the result of readFile');
  });

  it('converts what stays the same, and keeps codes, long numbers and dates as text', () => {
    const cells = [
      '1',
      '-2.5',
      '1e3',
      '007',
      '12345678901234567',
      '1,5',
      '2026-01-02',
      'true',
      '',
      'NaN',
      '0',
      '+1',
    ];
    expect(
      parseCsv(`a\n${cells.map((cell) => `"${cell}"`).join('\n')}`).map(
        (row) => Object.values(row)[0],
      ),
    ).toEqual([
      ...[1, -2.5, 1000, '007', '12345678901234567', '1,5', '2026-01-02', true],
      // A line with one empty cell is an empty line.
      ...['NaN', 0, '+1'],
    ]);
    expect(parseCsv('a\n1', { types: false })).toEqual([{ a: '1' }]);
  });

  it('reads what toCsv writes', () => {
    const letters = fc.constantFrom(...'aé ,;"\n');
    const text = fc.string({ unit: letters }).map((inner) => `x${inner}x`);
    const cell = fc.oneof(fc.integer(), fc.boolean(), text);
    fc.assert(
      fc.property(fc.array(fc.record({ a: fc.integer(), b: cell }), { minLength: 1 }), (rows) => {
        expect(parseCsv(toCsv(rows), { delimiter: ',' })).toEqual(rows);
      }),
    );
  });

  it('is written so that a spreadsheet runs nothing (R30)', () => {
    expect(toCsv([{ a: '=1+1', b: '@x', c: '-x', d: -5, e: '-5', f: { g: 1 }, h: null }])).toBe(
      `a,b,c,d,e,f,h\n"'=1+1","'@x","'-x",-5,-5,"{""g"":1}",\n`,
    );
    expect(toCsv([{ a: 1, b: 2 }, { c: 3 }], { columns: ['c', 'a'] })).toBe('c,a\n,1\n3,\n');
  });
});

it('parseNumber reads numbers as people write them', () => {
  const cases: [unknown, number | null, { decimal?: '.' | ',' }?][] = [
    ['1,234.50', 1234.5],
    ['1.234,50 €', 1234.5, { decimal: ',' }],
    ["CHF 1'234.-", 1234],
    ['1 234', 1234],
    ['12 %', 0.12],
    ['(45.10)', -45.1],
    ['-3', -3],
    ['n/a', null],
    ['', null],
    [null, null],
    [7, 7],
    ['1.2.3', null],
  ];
  for (const [text, value, options] of cases)
    expect(parseNumber(text, options), String(text)).toBe(value);
});

describe('rows', () => {
  const rows = [
    { city: 'Bern', year: 2025, n: 1 },
    { city: 'Basel', year: 2025, n: 4 },
    { city: 'Bern', year: 2026, n: null },
    { city: 'Bern', year: 2026, n: 2 },
  ];

  it('are grouped by one key, several or a function, in the order of appearance', () => {
    expect(
      groupRows(rows, 'city', {
        total: ['sum', 'n'],
        n: 'count',
        avg: ['mean', 'n'],
        max: ['max', 'n'],
        first: ['first', 'year'],
      }),
    ).toEqual([
      { city: 'Bern', total: 3, n: 3, avg: 1.5, max: 2, first: 2025 },
      { city: 'Basel', total: 4, n: 1, avg: 4, max: 4, first: 2025 },
    ]);
    expect(groupRows(rows, ['city', 'year'])).toHaveLength(3);
    expect(groupRows(rows, (row) => Number(row.year) % 2)).toEqual([
      { key: 1, count: 2 },
      { key: 0, count: 2 },
    ]);
    expect(groupRows([], 'city')).toEqual([]);
    expect(() => groupRows(rows, 'town')).toThrow(
      'no column is named "town". Columns: city, year, n',
    );
    expect(() => groupRows(rows, 'city', { a: ['sums', 'n'] as never })).toThrow(
      'unknown operation "sums"',
    );
    expect(() => groupRows('x', 'city')).toThrow('array of objects');
  });

  it('are sorted up and down, empty values last, and joined', () => {
    expect(sortRows(rows, '-n', 'city').map(({ n }) => n)).toEqual([4, 2, 1, null]);
    expect(sortRows(rows, 'n').map(({ n }) => n)).toEqual([1, 2, 4, null]);
    const capitals = [{ name: 'Bern', canton: 'BE' }];
    expect(joinRows(rows, capitals, ['city', 'name'])).toHaveLength(3);
    expect(joinRows(rows, capitals, ['city', 'name'], 'left')).toHaveLength(4);
    expect(joinRows([{ id: 1, a: 1 }], [{ id: 1, a: 2, b: 3 }], 'id')).toEqual([
      { id: 1, a: 1, b: 3 },
    ]);
  });

  it('are summed exactly, and described by quantiles', () => {
    expect(sum(Array(10).fill(0.1))).toBe(1);
    expect(sum([1e100, 1, -1e100])).toBe(1);
    expect(sum(['a', null, 2, Number.NaN])).toBe(2);
    expect([sum([]), mean([]), median([]), quantile([], 0.5)]).toEqual([0, null, null, null]);
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), quantile([1, 2, 3, 4, 5], 0.9)]).toEqual([
      2, 2.5, 4.6,
    ]);
    expect(sum([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  });
});

it('leaves no number out of a statistic or a chart because it is text', () => {
  const german = parseCsv('city;amount\nBern;3,5\nBern;5\nBasel;n/a') as { amount: unknown }[];
  const convert = `"3,5" is text, not a number. Convert the column first, with parseNumber(text, { decimal: ',' })`;
  for (const operation of ['sum', 'mean', 'median', 'min', 'max'] as const)
    expect(() => groupRows(german, 'city', { n: [operation, 'amount'] }), operation).toThrow(
      convert,
    );
  expect(() => barChart(german, { x: 'city', y: 'amount' })).toThrow(convert);
  for (const text of ['007', '1,234.50', '12 %', '(45)', 'CHF 5.00', "€ 1'000"])
    expect(() => sum([1, text]), text).toThrow('Convert the column first, with parseNumber');
  for (const word of ['n/a', '', '-', '2026-01-02', '12:30', '5 apples', 'A 12', '٣'])
    expect(sum([1, word]), word).toBe(1);
  const mended = german.map((row) => ({
    ...row,
    amount: typeof row.amount === 'string' ? parseNumber(row.amount, { decimal: ',' }) : row.amount,
  }));
  expect(groupRows(mended, 'city', { n: ['sum', 'amount'] })).toEqual([
    { city: 'Bern', n: 8.5 },
    { city: 'Basel', n: 0 },
  ]);
});

describe('charts', () => {
  const rows = [
    { month: '2026-01-01', a: 10, b: -5 },
    { month: '2026-02-01', a: 20, b: null },
    { month: '2026-04-01', a: 15, b: 7 },
  ];

  it('are well-formed SVG with every value, and nothing that runs', () => {
    const hostile = [{ 'x"<': '<script>alert(1)</script>', '&y': 3, z: 2 }];
    const options = { x: 'x"<', y: ['&y', 'z'], title: '</text><image href="x"/>' };
    for (const svg of [
      lineChart(rows, { x: 'month', y: ['a', 'b'], title: 'Sales & more' }),
      barChart(rows, { x: 'month', y: ['a', 'b'] }),
      lineChart(hostile, options),
      barChart(hostile, options),
    ]) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>$/s);
      expect(svg).not.toMatch(/NaN|undefined|Infinity|<script|<image/);
      const open = [...svg.matchAll(/<(svg|g|text)[ >]/g)].length;
      expect([...svg.matchAll(/<\/(svg|g|text)>/g)]).toHaveLength(open);
    }
    expect(
      [
        ...barChart(rows, { x: 'month', y: ['a', 'b'] }).matchAll(
          /<rect [^>]*fill="#(2563eb|dc2626)"/g,
        ),
      ].length,
    ).toBe(5 + 2);
  });

  it('keep the distances of dates and numbers, and leave a gap for a missing value', () => {
    const xs = [...lineChart(rows, { x: 'month', y: 'a' }).matchAll(/<circle cx="([\d.]+)"/g)].map(
      ([, x]) => Number(x),
    );
    const [first = 0, second = 0, third = 0] = xs;
    expect((third - first) / (second - first)).toBeCloseTo(90 / 31, 1);
    expect(lineChart(rows, { x: 'month', y: 'b' })).toMatch(/d="M[\d. ]+M[\d. ]+"/);
  });

  it('say what is wrong', () => {
    expect(() => barChart(rows, { x: 'mon', y: 'a' })).toThrow(
      'no column is named "mon". Columns: month, a, b',
    );
    expect(() => barChart([], { x: 'a', y: 'b' })).toThrow('at least one row');
    expect(() => lineChart([{ a: 'x', b: 'y' }], { x: 'a', y: 'b' })).toThrow('b has no numbers');
    expect(() => lineChart(Array(5001).fill({ a: 1, b: 1 }), { x: 'a', y: 'b' })).toThrow(
      'at most 5000 rows',
    );
  });

  it.each([[[0]], [[5, 5, 5]], [[-1e9, 1e12]], [[1e-9, 2e-9]], [[-3, -2]]])(
    'draw %j within the frame',
    (values) => {
      for (const chart of [lineChart, barChart]) {
        const svg = chart(
          values.map((y, x) => ({ x, y })),
          { x: 'x', y: 'y' },
        );
        const ys = [...svg.matchAll(/(?:cy|y)="(-?[\d.]+)"/g)].map(([, y]) => Number(y));
        expect(Math.min(...ys)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...ys)).toBeLessThanOrEqual(420);
      }
    },
  );
});
