import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';

const read = async (name: 'rst' | 'asciidoc', lines: readonly string[]) =>
  (
    await extractDocument(
      formats[name],
      Uint8Array.from(new TextEncoder().encode(lines.join('\n'))),
    )
  ).text;
const faultOf = (name: 'rst' | 'asciidoc', lines: readonly string[]) =>
  read(name, lines).then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );

describe('reStructuredText', () => {
  it('has sections in the order of their styles, and text without marks', async () => {
    expect(
      await read('rst', [
        '=====',
        'Title',
        '=====',
        '',
        ':Author: Ann',
        '',
        'With **bold**, *emphasis*, ``code``, `a link <http://a.example>`_, ref_, |name|, [1]_, :math:`x^2` and :func:`~os.open`.',
        '',
        '.. |name| replace:: Acme',
        '.. _target:',
        '',
        '.. comment',
        '   hidden',
        '',
        'Part',
        '----',
        '',
        'term',
        '   Meaning.',
        '',
        '.. [1] A note.',
      ]),
    ).toBe(
      '# Title\n\nAuthor: Ann\n\nWith bold, emphasis, `code`, a link, ref, Acme, [1], $x^2$ and `open`.\n\n## Part\n\nterm\n: Meaning.\n\n[1] A note.',
    );
  });

  it('reads directives, nested lists, literal blocks and every kind of table', async () => {
    expect(
      await read('rst', [
        '.. toctree::',
        '   :maxdepth: 2',
        '',
        '   other',
        '',
        '.. note::',
        '   Take care.',
        '',
        '.. code-block:: python',
        '   :linenos:',
        '',
        '   def f():',
        '       return 1',
        '',
        '.. function:: open(file)',
        '',
        '   Opens it.',
        '',
        '1. one',
        '2. two',
        '',
        '   - nested',
        '',
        'So::',
        '',
        '  a  *b*',
      ]),
    ).toBe(
      'Note: Take care.\n\n```python\ndef f():\n    return 1\n```\n\n`open(file)`\n: Opens it.\n\n1. one\n2. two\n   - nested\n\nSo:\n\n```\na  *b*\n```',
    );
    const table = '| A | B |\n| --- | --- |\n| 1 | x y |';
    expect(
      await read('rst', [
        '+---+---+',
        '| A | B |',
        '+===+===+',
        '| 1 | x |',
        '|   | y |',
        '+---+---+',
      ]),
    ).toBe(table);
    expect(
      await read('rst', ['===  ===', 'A    B', '===  ===', '1    x', '     y', '===  ===']),
    ).toBe(table);
    expect(
      await read('rst', [
        '.. list-table::',
        '   :header-rows: 1',
        '',
        '   * - A',
        '     - B',
        '   * - 1',
        '     - x y',
      ]),
    ).toBe(table);
    expect(await read('rst', ['.. csv-table::', '   :header: "A", "B"', '', '   1, "x y"'])).toBe(
      table,
    );
  });

  it('keeps a quotation after an empty comment', async () => {
    expect(
      await read('rst', ['- item', '', '..', '', '   Quoted words.', '', '..', '   A comment.']),
    ).toBe('- item\n\n> Quoted words.');
  });

  it('is refused when it is nested too deeply', async () => {
    const deep = Array.from({ length: 100 }, (_, index) => `${'  '.repeat(index)}- x\n`);
    expect(await faultOf('rst', deep)).toBe('too_large');
  });
});

describe('AsciiDoc', () => {
  it('has a title page, sections and text without marks, and neither comments nor other files', async () => {
    expect(
      await read('asciidoc', [
        '= Manual of {product}',
        'Ann Lee <ann@a.example>',
        ':product: Acme',
        '',
        'On {product}: *bold*, _it_, `code`, https://a.example[the site], <<inst,Install>>.footnote:[A note.]',
        '',
        '// comment',
        '////',
        'hidden',
        '////',
        'include::secret.adoc[]',
        '',
        '[[inst]]',
        '== Install',
        '',
        'Press kbd:[Ctrl+C], then menu:File[Open].',
        '',
        'WARNING: Hot.',
      ]),
    ).toBe(
      '# Manual of Acme\n\nAnn Lee\n\nOn Acme: bold, it, `code`, the site, Install.[1]\n\n## Install\n\nPress Ctrl+C, then File > Open.\n\nWarning: Hot.\n\n[1] A note.',
    );
  });

  it('reads nested lists with attached blocks, listings, quotations and tables with spans', async () => {
    expect(
      await read('asciidoc', [
        '* one',
        '** inner',
        '* two',
        '+',
        '----',
        'code',
        '----',
        '',
        '[source,ruby]',
        '.Listing',
        '----',
        'puts 1',
        '----',
        '',
        '[NOTE]',
        '====',
        'Block.',
        '====',
        '',
        '____',
        'Said.',
        '____',
        '',
        'term:: meaning',
      ]),
    ).toBe(
      '- one\n  - inner\n- two\n\n```\ncode\n```\n\nListing\n\n```ruby\nputs 1\n```\n\nNote: Block.\n\n> Said.\n\nterm\n: meaning',
    );
    expect(
      await read('asciidoc', [
        '[cols="1,1,1",options="header"]',
        '|===',
        '|A |B |C',
        '',
        '|1',
        '2+|wide',
        '.2+|tall |x |y',
        '|b \\| c',
        '|d',
        '|===',
      ]),
    ).toBe(
      '| A | B | C |\n| --- | --- | --- |\n| 1 | wide | wide |\n| tall | x | y |\n| tall | b \\| c | d |',
    );
  });

  it('is refused when its attributes or tables would grow without limit', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `:a${index}: ${'{a}'.repeat(100)}`);
    expect(
      await faultOf('asciidoc', [`:a: ${'x'.repeat(400)}`, ...names, '', '{a0}'.repeat(10_000)]),
    ).toBe('too_large');
    expect(
      await faultOf('asciidoc', ['|===', ...Array.from({ length: 2000 }, () => '200*|a'), '|===']),
    ).toBe('too_large');
  });
});
