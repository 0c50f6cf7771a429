import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';

const read = async (html: string) =>
  (await extractDocument(formats.html, Uint8Array.from(new TextEncoder().encode(html)))).text;
const table = (...rows: string[]) => rows.join('\n');

describe('references of notes', () => {
  it('stand in brackets whether they are raised or not, and other links to the page do not', async () => {
    const notes = [
      '<a href="#fn1" role="doc-noteref">1</a>',
      '<a href="#fn1" class="footnote-ref"><sup>1</sup></a>',
      '<sup><a href="#footnote-1">1</a></sup>',
      '<a epub:type="noteref" href="n.xhtml#x1">1</a>',
    ];
    for (const note of notes)
      expect(await read(`<p>within a week${note}, it`)).toBe('within a week[1], it');
    expect(await read('<p>Chapter <a href="#c2">2</a>')).toBe('Chapter 2');
    expect(await read('<p>See <a href="#notes">3</a>')).toBe('See 3');
  });
});

describe('hidden elements of a page', () => {
  it('end at implied end tags, without losing what follows', async () => {
    expect(
      await read('<ol><li hidden>old<li>Bring a passport.<li>Arrive early.</ol><p>Gate 4'),
    ).toBe('1. Bring a passport.\n2. Arrive early.\n\nGate 4');
    expect(await read('<table><tr hidden><td>draft<td>1<tr><td>final<td>2</table>')).toContain(
      '| final | 2 |',
    );
    expect(await read('<dl><dt hidden>x<dd hidden>y<dt>Deposit<dd>300 francs</dl>')).toBe(
      'Deposit\n: 300 francs',
    );
    expect(await read('<p style="display:none">a<p>b<h2 hidden>c</h2>d')).toBe('b\n\nd');
    expect(await read('<div aria-hidden="TRUE">icon</div><p>text')).toBe('text');
  });

  it('are identified by style, except for children that are shown again', async () => {
    expect(
      await read('<div style="visibility: hidden">a<b style="visibility:visible">b</b></div>'),
    ).toBe('b');
    expect(
      await read('<div style="font-size:0">a<span style="font-size:12px">b</span></div>'),
    ).toBe('b');
    expect(
      await read(
        '<p style="color: rgba(0,0,0,0)">a</p><p style="position:absolute;left:-9999px">b</p><p>c</p>',
      ),
    ).toBe('c');
    expect(
      await read('<p style="/* x */ DISPLAY : none !important">a</p><p style="opacity:0.5">b</p>'),
    ).toBe('b');
  });

  it('are kept when a click opens them', async () => {
    const html =
      '<h3><button aria-controls="a1">Refunds?</button></h3><div id="a1" hidden>Within ten days.</div><details><summary>Pets?</summary>Dogs only.</details><div hidden="until-found">Found by search.</div><div id="a2" hidden>never</div>';
    expect(await read(html)).toBe(
      '### Refunds?\n\nWithin ten days.\n\nPets?\n\nDogs only.\n\nFound by search.',
    );
    const unnamed =
      '<h3 id="q"><button aria-expanded="false">Parking?</button></h3><section aria-labelledby="q" hidden>Behind the house.</section><button aria-expanded="false">Keys?</button><div style="display:none">At the desk.</div><a data-toggle="collapse" href="#more">More</a><div id="more" hidden>Ask us.</div><p hidden>draft</p>';
    expect(await read(unnamed)).toBe(
      '### Parking?\n\nBehind the house.\n\nKeys?\n\nAt the desk.\n\nMore\n\nAsk us.',
    );
  });

  it('include form buttons, one-pixel boxes, transparent colours and content moved off the page', async () => {
    for (const hidden of [
      '<button hidden>a</button>',
      '<button style="display:none">a</button>',
      '<div popover>a</div>',
      '<p style="position:absolute;width:1px;height:1px;overflow:hidden">a</p>',
      '<p style="color:#ffffff00">a</p>',
      '<p style="margin-left:-9999px">a</p>',
      '<p style="transform:translateX(-9999px)">a</p>',
      '<p style="filter:opacity(0)">a</p>',
      '<p style="opacity:.01">a</p>',
      '<p style="font:0/0 x">a</p>',
    ])
      expect(await read(`${hidden}<p>seen</p>`), hidden).toBe('seen');
    expect(await read('<p style="opacity:.4;transform:scale(0.5);color:#333">seen</p>')).toBe(
      'seen',
    );
  });
});

describe('tables in HTML', () => {
  it('repeat spanning cells in each row and column, under their header', async () => {
    const html =
      '<table><thead><tr><th rowspan=2>Line<th colspan=2>Fare<tr><th>Single<th>Return<tbody><tr><td rowspan=2>U4<td>3<td>5<tr><td colspan=2>free at night</table>';
    expect(await read(html)).toBe(
      table(
        '| Line | Fare Single | Fare Return |',
        '| --- | --- | --- |',
        '| U4 | 3 | 5 |',
        '| U4 | free at night | free at night |',
      ),
    );
  });

  it('separate lines, lists, code and tables within a cell, and escape every pipe', async () => {
    const html =
      '<table><tr><th>K<th>V<tr><td>a<td>x<br>y<tr><td>b<td><ol start=3><li>p<li>q</ol><tr><td>c<td><table><tr><td>m<td>1<tr><td>n<td>2</table><tr><td>d|e|f<td><pre>one\ntwo</pre></table>';
    expect(await read(html)).toBe(
      table(
        '| K | V |',
        '| --- | --- |',
        '| a | x; y |',
        '| b | 3. p; 4. q |',
        '| c | m, 1; n, 2 |',
        '| d\\|e\\|f | one; two |',
      ),
    );
  });

  it('get no invented header, and are plain text when used for layout', async () => {
    expect(await read('<table><tr><td>Mon<td>closed<tr><td>Tue<td>9-17</table>')).toBe(
      table('|  |  |', '| --- | --- |', '| Mon | closed |', '| Tue | 9-17 |'),
    );
    expect(
      await read('<table role=presentation><tr><td><h2>News</h2><p>One.<td><p>Two.</table>'),
    ).toBe('## News\n\nOne.\n\nTwo.');
  });
});

describe('text of HTML', () => {
  it('marks superscripts, subscripts and struck-out text', async () => {
    expect(
      await read(
        '<p>10<sup>-9</sup> m, x<sub>i+1</sub>, CO<sub>2</sub>, the 3<sup>rd</sup>, see<sup>[4]</sup>',
      ),
    ).toBe('10^-9 m, x_(i+1), CO_2, the 3rd, see[4]');
    expect(
      await read(
        '<p>Now <s>250</s> 199, <span style="text-decoration: line-through">red</span> blue',
      ),
    ).toBe('Now ~~250~~ 199, ~~red~~ blue');
    expect(await read('<del><p>gone</p><ul><li>x</ul></del>')).toContain('~~gone~~');
  });

  it('keeps list labels', async () => {
    expect(
      await read(
        '<ol start=4 type=a><li>x<li value=9>y</ol><ol reversed><li>p<li>q</ol><ol type=I start=9><li>z</ol>',
      ),
    ).toBe('d. x\ni. y\n\n2. p\n1. q\n\nIX. z');
  });

  it('writes headings on one line, and none without text', async () => {
    expect(
      await read(
        '<h1>Terms<br>of use</h1><h2> <img src=x> </h2><h2><div>Part</div><div>one</div></h2>',
      ),
    ).toBe('# Terms of use\n\n## Part one');
  });

  it('keeps code verbatim, also in lists', async () => {
    const code = 'if a:\n            b()\n\n\n\tc()';
    expect(await read(`<ul><li>run<pre>${code}</pre></ul>`)).toBe(
      `- run\n\n\`\`\`\n${code}\n\`\`\``,
    );
    expect(await read('<pre>a ``` b</pre>')).toBe('````\na ``` b\n````');
    expect(await read('<div style="white-space:pre">x\n    y</div>')).toContain('\n    y\n');
  });
});

describe('adversarial pages (R30)', () => {
  const faultOf = (html: string) =>
    read(html).then(String, (error: unknown) =>
      error instanceof DocumentFault ? error.code : error,
    );

  it('are read to the depth that browsers support', async () => {
    expect(await read(`${'<div>'.repeat(480)}deep`)).toBe('deep');
    expect((await read(`${'<ul><li>'.repeat(200)}deep`)).trim()).toMatch(/^- .*deep$/s);
    expect(await read(`${'<b>'.repeat(3)}${'<span>'.repeat(470)}deep`)).toBe('deep');
  });

  it('fail as too_large: deep nesting, many attributes, endlessly reopened formatting, vast spans', async () => {
    expect(await faultOf(`${'<div>'.repeat(20_000)}x`)).toBe('too_large');
    expect(
      await faultOf(
        `<a ${Array.from({ length: 20_000 }, (_, index) => `a${index}`).join(' ')}>x</a>`,
      ),
    ).toBe('too_large');
    expect(
      await faultOf(
        `<p>${Array.from({ length: 400 }, (_, index) => `<font size=${index}>`).join('')}${'<p>x'.repeat(5000)}`,
      ),
    ).toBe('too_large');
    expect(
      await faultOf(
        `<table><tr>${'<td colspan=1000 rowspan=60000>x'.repeat(3)}${'<tr><td>y'.repeat(3000)}</table>`,
      ),
    ).toBe('too_large');
  });
});
