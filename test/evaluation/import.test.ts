import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaseContent } from '../../src/evaluation/datasets/case.ts';
import { CaseInput, toContent } from '../../src/evaluation/datasets/case-schema.ts';
import { caseFields, cellsOf } from '../../src/evaluation/datasets/columns.ts';
import { readCsv, readJsonLines } from '../../src/evaluation/datasets/read-table.ts';
import { toLine } from '../../src/shared/csv.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { exportOf, inputsOf, newDataset } from './support.ts';

const load = (workspace: Workspace, dataset: string, content: string, rest: object = {}) =>
  workspace.post(`/datasets/${dataset}/import`, { format: 'csv', content, ...rest });

const nasty = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '=',
          "'",
          '"',
          ',',
          ';',
          '\r',
          '\n',
          '\t',
          ' ',
          '|',
          '+',
          '@',
          'é',
          '[',
          '{',
          'שלום',
          '1',
        ],
      ),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
);
const text = nasty.filter((value) => /\S/.test(value) && !value.includes('\0'));
const content: fc.Arbitrary<CaseContent> = fc
  .record(
    {
      input: text,
      conversation: fc.array(fc.record({ role: fc.constantFrom('user', 'assistant'), text }), {
        maxLength: 3,
      }),
      inputs: fc.dictionary(
        fc.constantFrom('name', '=x'),
        fc.oneof(text, fc.integer(), fc.boolean()),
      ),
      expected: fc.record(
        {
          answer: text,
          facts: fc.array(text, { maxLength: 3 }),
          refuses: fc.boolean(),
          tool_calls: fc.array(
            fc.record({
              name: fc.constantFrom('find', '=cmd'),
              arguments: fc.dictionary(fc.constantFrom('a'), text),
            }),
            { maxLength: 2 },
          ),
        },
        { requiredKeys: [] },
      ),
      tags: fc.uniqueArray(fc.constantFrom('hours', 'a,b', '=x', '[x]'), { maxLength: 2 }),
    },
    { requiredKeys: ['input', 'expected', 'tags'] },
  )
  .map((value) => toContent(CaseInput.parse(value)));

describe('import of cases', () => {
  it('gives the exported cases again, for any texts, as CSV and as JSON Lines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 5 }), async (cases) => {
        const csv = [['id', ...caseFields], ...cases.map((one) => ['case_x', ...cellsOf(one)])];
        const lines = cases.map((one) => JSON.stringify({ id: 'case_x', ...one })).join('\n');
        for (const table of [
          await readCsv(csv.map(toLine).join(''), {}),
          readJsonLines(lines, {}),
        ]) {
          expect(table.faults).toEqual([]);
          expect(table.ignored).toEqual([]);
          expect(table.rows.map(({ value }) => toContent(CaseInput.parse(value)))).toEqual(cases);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives the exported cases of a dataset again in another one', async () => {
    const workspace = await newWorkspace();
    const [from, csv, jsonl] = [
      await newDataset(workspace),
      await newDataset(workspace),
      await newDataset(workspace),
    ];
    const data = Array.from({ length: 130 }, (_, index) => ({
      input: `=HYPERLINK("x";${index})\nNext "line"`,
      conversation: [{ role: 'user', text: '-1' }],
      inputs: { name: '+Ada' },
      expected: { answer: `@at ${index}`, facts: ["'=a", 'b'], refuses: index % 2 === 0 },
      tags: index % 3 === 0 ? ['a,b', 'c'] : [],
    }));
    expect((await workspace.post(`/datasets/${from}/cases`, { data })).status).toBe(201);
    const table = await exportOf(workspace, from, 'csv');
    const lines = await exportOf(workspace, from, 'jsonl');
    expect(table).toContain(`"'=HYPERLINK(""x"";7)`);
    expect(lines.trim().split('\n')).toHaveLength(130);
    expect((await load(workspace, csv, table)).body).toMatchObject({
      ...{ created_count: 130, duplicate_count: 0, ignored_columns: [], revision: 2 },
    });
    expect((await load(workspace, jsonl, lines, { format: 'jsonl' })).body.created_count).toBe(130);
    for (const dataset of [csv, jsonl])
      for (const format of ['csv', 'jsonl']) {
        const [a, b] = await Promise.all(
          [from, dataset].map(async (id) =>
            (await exportOf(workspace, id, format)).replaceAll(/case_[0-9a-z]{26}/g, 'case'),
          ),
        );
        expect(b).toBe(a);
      }
    const again = await load(workspace, csv, table);
    expect(again.body).toMatchObject({ created_count: 0, duplicate_count: 130, revision: 2 });
  });

  it.each([
    [
      'semicolons, a byte order mark and other names',
      '\uFEFFFrage;Soll;Thema\r\n"Wann; genau?";Um neun.;zeiten,laden\r\n\r\nWer?;;\r\n',
    ],
    ['tabs', 'Frage\tSoll\tThema\nWann; genau?\tUm neun.\t["zeiten","laden"]\n;\t\t\nWer?\t\t'],
  ])('reads a table with %s', async (name, table) => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    const columns = { input: 'Frage', answer: 'Soll' };
    const { status, body } = await load(workspace, dataset, table, { columns });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.ignored_columns).toEqual(['Thema']);
    const inputs = await inputsOf(workspace, dataset);
    expect(inputs).toEqual(
      name === 'tabs' ? ['Wann; genau?', ';', 'Wer?'] : ['Wann; genau?', 'Wer?'],
    );
  });

  it('refuses arguments that are nested too deeply (R27)', async () => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    const nested = `${'['.repeat(7000)}${']'.repeat(7000)}`;
    const calls = `[{""name"":""a"",""arguments"":{""b"":${nested}}}]`;
    const table = `input,tool_calls\nDeep?,"${calls}"`;
    const { status, body } = await load(workspace, dataset, table);
    expect([status, body.errors?.[0]?.detail]).toEqual([
      422,
      expect.stringMatching(/^Line 2: .*nested at most 24 deep/),
    ]);
  });

  it('reports every faulty row with its line, and adds none', async () => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    const table = [
      'question,answer,refuses,citations',
      '"Two',
      'lines?",yes,,',
      ',an answer without a question,,',
      'Right?,,perhaps,',
      'Cited?,,,"[{""file_id"":""file_01kajv2q5ve0mt8h2vj3c6x7ra""}]"',
      'Too,many,,,cells',
    ].join('\n');
    const { status, body } = await load(workspace, dataset, table);
    expect(status).toBe(422);
    expect(body.errors.map(({ detail }: { detail: string }) => detail)).toEqual([
      'Line 4: `input`: Is required.',
      expect.stringMatching(/^Line 5: `expected\.refuses`: /),
      'Line 7: More cells than the header.',
    ]);
    const unknown = await load(
      workspace,
      dataset,
      table
        .split('\n')
        .slice(0, 3)
        .concat(table.split('\n')[5] ?? '')
        .join('\n'),
    );
    expect(unknown.body.errors[0].detail).toBe(
      'Line 4: `expected.citations.0.file_id`: Must be a file of the workspace.',
    );
    const lines =
      '{"input":"A?"}\nnot json\n[1]\n{"prompt":"B?","reference":"b","model":"x"}\n{"input":"C?","expected":{"anwser":"c"}}';
    const bad = await load(workspace, dataset, lines, { format: 'jsonl' });
    expect(bad.body.errors.map(({ detail }: { detail: string }) => detail.slice(0, 7))).toEqual([
      'Line 2:',
      'Line 3:',
      'Line 5:',
    ]);
    expect((await workspace.get(`/datasets/${dataset}`)).body).toMatchObject({
      revision: 1,
      case_count: 0,
    });
    const good = await load(workspace, dataset, lines.split('\n')[3] ?? '', { format: 'jsonl' });
    expect(good.body).toMatchObject({ created_count: 1, ignored_columns: ['model'] });
  });

  it.each([
    ['nothing but a header', 'input,answer', 'The content has no cases.'],
    ['no column for the input', 'a,b\n1,2', 'no column `input`'],
    ['a column twice', 'input,input\na,b', 'is there twice'],
    ['an open quote', 'input,answer\n"never closed,x', 'Line 2:'],
    ['blank rows', ' \n,,\n', 'no column `input`'],
    [
      'a mapped column that is not there',
      'input\nx',
      'The table has no column `Soll`.',
      { answer: 'Soll' },
    ],
  ])('refuses a table with %s', async (_title, table, detail, columns: object = {}) => {
    const workspace = await newWorkspace();
    const { status, body } = await load(workspace, await newDataset(workspace), table, { columns });
    expect(status).toBe(422);
    expect(body.errors[0].detail).toContain(detail);
  });
});
