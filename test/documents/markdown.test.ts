import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { formats } from '../../src/documents/formats.ts';

const read = async (name: 'markdown' | 'mdx' | 'org' | 'xml', text: string) =>
  (await extractDocument(formats[name], Uint8Array.from(new TextEncoder().encode(text)))).text;

describe('fields in front of Markdown', () => {
  it('become a heading and a list, from YAML and TOML', async () => {
    expect(
      await read(
        'markdown',
        '---\ntitle: "Pump: manual"\ntags: [pump, \'valve\']\nauthors:\n  - Ada\n  - Bo\n# a comment\nsummary: |\n  Two\n  lines\n---\n\nText.',
      ),
    ).toBe(
      '# Pump: manual\n\n- tags: pump, valve\n- authors: Ada, Bo\n- summary: Two, lines\n\nText.',
    );
    expect(
      await read(
        'markdown',
        '+++\ntitle = "Post"\ndate = 2026-01-01\n[extra]\nkind = "note"\n+++\n# Post\nText.',
      ),
    ).toBe('- date: 2026-01-01\n- kind: note\n\n# Post\nText.');
  });

  it('leave a text that only begins with a rule as it is', async () => {
    for (const text of [
      '---\n\nA sentence.\n\n---\n\nMore.',
      '---\nkey: value without an end',
      '----\na: b\n---',
    ])
      expect(await read('markdown', text)).toBe(text);
  });
});

describe('MDX', () => {
  it('is read without modules, comments and tags, and keeps titles and code', async () => {
    const text = [
      "import { Tabs } from './tabs'",
      'export const meta = {',
      "  title: 'X',",
      '};',
      '',
      '# Guide',
      '',
      'import duties are paid; a < b and {name} stay.',
      '',
      '<Tabs items={[{ id: "a" }]}>',
      '<Tab title="Linux">Run `<Tab>` twice.</Tab>',
      '</Tabs>',
      '{/* hidden */}',
      '',
      '```jsx',
      "import x from 'y'",
      '<Tab>code</Tab>',
      '```',
    ].join('\n');
    expect(await read('mdx', text)).toBe(
      "# Guide\n\nimport duties are paid; a < b and {name} stay.\n\nLinux: Run `<Tab>` twice.\n\n```jsx\nimport x from 'y'\n<Tab>code</Tab>\n```",
    );
  });
});

describe('Org', () => {
  it('becomes Markdown without drawers, planning and comments', async () => {
    const text = [
      '#+TITLE: Manual',
      '#+OPTIONS: toc:nil',
      '* TODO [#A] Setup :work:home:',
      'SCHEDULED: <2026-03-03 Tue>',
      ':PROPERTIES:',
      ':ID: 1',
      ':END:',
      'A *bold* /word/, =code=, +old+, [[https://a.test/x][a link]], [[#setup][here]] and a/b/c.',
      '# a comment',
      '- item :: its meaning',
      '  1) nested',
      '#+BEGIN_SRC sh',
      '* not a heading',
      '#+END_SRC',
      '#+BEGIN_QUOTE',
      'Said.[fn:1]',
      '#+END_QUOTE',
      '| a | b |',
      '|---+---|',
      '| 1 | 2 |',
      '** Deeper',
      ':NOTE: not a drawer',
    ].join('\n');
    expect(await read('org', text)).toBe(
      '# Manual\n\n# Setup\n\nA bold word, `code`, ~~old~~, [a link](https://a.test/x), here and a/b/c.\n- item: its meaning\n  1. nested\n\n```sh\n* not a heading\n```\n\n> Said.[1]\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n## Deeper\n\n:NOTE: not a drawer',
    );
  });
});

describe('FictionBook', () => {
  it('has title, author, chapters, verses and notes', async () => {
    const text = `<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><genre>prose</genre><author><first-name>Ada</first-name><last-name>Byron</last-name></author><book-title>Rivers</book-title></title-info><document-info><id>77</id></document-info></description><body><title><p>Rivers</p></title><section><title><p>One</p><p>Spring</p></title><p>It <emphasis>rains</emphasis>.</p><poem><stanza><v>First</v><v>Second</v></stanza></poem></section></body><body name="notes"><section id="n1"><p>A note.</p></section></body><binary id="c.jpg">QUJD</binary></FictionBook>`;
    expect(await read('xml', text)).toBe(
      '# Rivers\n\nAda Byron\n\n## One Spring\n\nIt rains.\n\nFirst\nSecond\n\n## Notes\n\nA note.',
    );
  });
});
