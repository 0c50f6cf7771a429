import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';

const extract = async (content: unknown) =>
  (
    await extractDocument(
      formats.ipynb,
      Uint8Array.from(
        new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)),
      ),
    )
  ).text;
const faultOf = (content: unknown) =>
  extract(content).then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );
const code = (source: string | string[], outputs: unknown[] = []) => ({
  cell_type: 'code',
  source,
  outputs,
  execution_count: 1,
  metadata: {},
});
const markdown = (source: string | string[]) => ({ cell_type: 'markdown', source });
const display = (data: Record<string, unknown>) => ({ output_type: 'display_data', data });
const notebook = (cells: unknown[], language = 'python') => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { language }, language_info: { name: language } },
  cells,
});
const outputOf = async (...outputs: unknown[]) =>
  (await extract(notebook([code('f()', outputs)]))).slice('```python\nf()\n```\n\n'.length);

describe('a notebook', () => {
  it('is extracted as Markdown, code in the language of the kernel, and outputs', async () => {
    const frame =
      '<div><style scoped>.dataframe {}</style><table class="dataframe"><thead><tr><th></th><th>price</th></tr></thead><tbody><tr><th>tent</th><td>300</td></tr></tbody></table></div>';
    const text = await extract(
      notebook([
        markdown(['# Prices\n', '\n', 'All in *EUR*.']),
        code(
          ['import shop\n', 'shop.list()'],
          [
            { output_type: 'stream', name: 'stdout', text: ['loading\r', 'done\n'] },
            {
              output_type: 'execute_result',
              data: { 'text/plain': ['      price\ntent    300'], 'text/html': [frame] },
            },
          ],
        ),
        { cell_type: 'raw', source: '# raw' },
        code('%%bash\nls'),
        code(''),
      ]),
    );
    expect(text).toBe(
      '# Prices\n\nAll in *EUR*.\n\n```python\nimport shop\nshop.list()\n```\n\n```\ndone\n```\n\n|  | price |\n| --- | --- |\n| tent | 300 |\n\n```\n# raw\n```\n\n```bash\n%%bash\nls\n```',
    );
  });

  it('leaves out pictures and names of objects, and keeps errors without colors', async () => {
    expect(
      await outputOf(
        display({ 'image/png': 'iVBORw0KGgo=', 'text/plain': '<Figure size 640x480 with 1 Axes>' }),
        display({
          'text/html': '<script>draw()</script>',
          'text/plain': '<IPython.core.display.HTML object>',
        }),
        display({ 'text/latex': '$x^2$', 'text/plain': 'x**2' }),
        {
          output_type: 'error',
          ename: 'NameError',
          evalue: "name 'f' is not defined",
          traceback: ["\u001b[0;31mNameError\u001b[0m: name 'f' is not defined"],
        },
      ),
    ).toBe("$x^2$\n\n```\nNameError: name 'f' is not defined\n```");
    expect(
      await extract(
        notebook([
          markdown('![a tent](data:image/png;base64,iVBORw0KGgo=) and ![x](attachment:y.png)'),
        ]),
      ),
    ).toBe('a tent and x');
  });

  it('limits each output, and closes code that a cell leaves open', async () => {
    const rows = Array.from({ length: 5000 }, (_, index) => `row ${index}`).join('\n');
    const text = await outputOf({ output_type: 'stream', name: 'stdout', text: rows });
    expect(text.length).toBeLessThan(21_000);
    expect(text).toContain('[The rest of this output was left out.]\n```');
    expect(await extract(notebook([markdown('```js\nopen()'), markdown('# Next')]))).toBe(
      '```js\nopen()\n```\n\n# Next',
    );
    expect(await extract(notebook([code('s = """\n```\n"""')]))).toBe(
      '````python\ns = """\n```\n"""\n````',
    );
  });

  it('is read in the formats before version 4', async () => {
    const cells = [
      { cell_type: 'heading', level: 2, source: ['Old'] },
      {
        cell_type: 'code',
        language: 'Julia',
        input: ['a = 1', 'a + 1'],
        outputs: [{ output_type: 'pyout', text: ['2'] }],
      },
    ];
    expect(await extract({ nbformat: 3, metadata: {}, worksheets: [{ cells }] })).toBe(
      '## Old\n\n```julia\na = 1\na + 1\n```\n\n```\n2\n```',
    );
  });

  it('reports damage, and survives wrong types', async () => {
    expect(await faultOf('{"cells":')).toBe('corrupt');
    expect(await faultOf({ nbformat: 4 })).toBe('corrupt');
    expect(await faultOf(notebook([]))).toBe('empty_document');
    expect(await faultOf(notebook([{ cell_type: 'code', source: 5, outputs: {} }, null, 7]))).toBe(
      'empty_document',
    );
    expect(
      await faultOf(
        notebook([code('x', [null, display({ 'text/plain': { a: 1 }, 'text/html': null })])]),
      ),
    ).toBe('none');
    expect(await faultOf(`{"cells":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toBe(
      'empty_document',
    );
    const deep = display({ 'text/html': '<div>'.repeat(5000), 'text/plain': 'short' });
    expect(await outputOf(deep)).toBe('```\nshort\n```');
  });
});
