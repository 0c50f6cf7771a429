import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import { readWebPage } from '../../src/documents/web-page.ts';

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const read = async (xml: string) => (await extractDocument(formats.xml, bytes(xml))).text;
const faultOf = (xml: string) =>
  read(xml).then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );

describe('DocBook', () => {
  it('has its titles as headings by depth, and resolves references to them', async () => {
    expect(
      await read(`<book xmlns="http://docbook.org/ns/docbook" xml:id="b"><info><title>Manual</title><author>
        <personname><firstname>Ann</firstname> <surname>Lee</surname></personname></author><legalnotice><para>c</para></legalnotice></info>
        <chapter><title>Install</title><para>See <xref linkend="conf"/>.</para>
        <section xml:id="conf"><title>Configuration</title><para>Edit <filename>a.conf</filename>.</para></section></chapter></book>`),
    ).toBe(
      '# Manual\n\nAnn Lee\n\n## Install\n\nSee Configuration.\n\n### Configuration\n\nEdit `a.conf`.',
    );
  });

  it('keeps spans of tables, code, lists, terms, admonitions and footnotes', async () => {
    expect(
      await read(`<article><title>T</title>
        <table><title>Sizes</title><tgroup cols="3"><colspec colname="a"/><colspec colname="b"/><colspec colname="c"/>
        <thead><row><entry>A</entry><entry namest="b" nameend="c">BC</entry></row></thead>
        <tbody><row><entry morerows="1">1</entry><entry>2</entry><entry>3</entry></row><row><entry>4</entry><entry>5</entry></row></tbody></tgroup></table>
        <programlisting language="c"><![CDATA[if (a < b)
  go();]]></programlisting>
        <orderedlist numeration="loweralpha"><listitem><para>one<footnote><para>Really.</para></footnote></para></listitem></orderedlist>
        <variablelist><varlistentry><term><option>-v</option></term><listitem><para>More.</para></listitem></varlistentry></variablelist>
        <warning><para>Hot.</para></warning>
        <para>Press <keycombo><keycap>Ctrl</keycap><keycap>C</keycap></keycombo> in
        <menuchoice><guimenu>File</guimenu><guimenuitem>Open</guimenuitem></menuchoice>.</para></article>`),
    ).toBe(
      `# T

Sizes

| A | BC | BC |
| --- | --- | --- |
| 1 | 2 | 3 |
| 1 | 4 | 5 |

\`\`\`c
if (a < b)
  go();
\`\`\`

a. one[1]

\`-v\`
: More.

Warning: Hot.

Press Ctrl+C in File > Open.

[1] Really.`,
    );
  });
});

const article = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) v1.2//EN" "JATS-archivearticle1.dtd">
<article xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><journal-meta><issn>1</issn></journal-meta><article-meta>
<article-id>x</article-id><title-group><article-title>Cells <italic>in vivo</italic></article-title></title-group>
<contrib-group><contrib><name><surname>Lee</surname><given-names>Ann</given-names></name><xref ref-type="aff">1</xref></contrib>
<contrib><collab>The Team</collab></contrib></contrib-group>
<aff id="a1"><label>1</label><institution>MIT</institution><country>USA</country></aff>
<permissions><license><p>CC</p></license></permissions><abstract><p>Short.</p></abstract><kwd-group><kwd>cell</kwd><kwd>mouse</kwd></kwd-group>
</article-meta></front><body><sec><label>1.</label><title>Methods</title><p>As before <xref ref-type="bibr" rid="r1">[1]</xref>:
<inline-formula><mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></inline-formula> at 5&#176;C&nbsp;max.</p>
<disp-formula id="e1"><label>(1)</label><mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:mi>β</mml:mi></mml:mfrac></mml:math></disp-formula>
<table-wrap><label>Table 1.</label><caption><title>Doses</title></caption><table><thead><tr><th>Day</th><th>mg</th></tr></thead><tbody><tr><td>1</td><td>5</td></tr></tbody></table>
<table-wrap-foot><fn><label>a</label><p>Oral.</p></fn></table-wrap-foot></table-wrap>
<fig><label>Figure 1.</label><caption><title>A cell.</title><p>Scale 1 µm.</p></caption><graphic href="f.png"/></fig></sec></body>
<back><ack><p>Thanks.</p></ack><ref-list><title>References</title><ref id="r1"><label>1</label><element-citation><person-group><name><surname>Doe</surname><given-names>J</given-names></name></person-group>
<article-title>On cells</article-title><source>Nature</source><year>2001</year><volume>4</volume><issue>2</issue><fpage>1</fpage><lpage>9</lpage><pub-id pub-id-type="doi">10.1/x</pub-id></element-citation></ref>
<ref><label>2</label><mixed-citation>Roe R. <source>Cells</source>. 2002.</mixed-citation></ref></ref-list></back></article>`;

describe('JATS', () => {
  it('reads as the printed article: title page, sections, formulas, tables, figures, references', async () => {
    expect(await read(article)).toBe(`# Cells in vivo

Ann Lee, The Team

MIT, USA

## Abstract

Short.

Keywords: cell, mouse

## 1. Methods

As before [1]: $x^{2}$ at 5°C\u00a0max.

$$\\frac{a}{\\beta}$$ (1)

Table 1. Doses

| Day | mg |
| --- | --- |
| 1 | 5 |

a Oral.

Figure 1. A cell. Scale 1 µm.

## Acknowledgments

Thanks.

## References

1. J Doe 2001. On cells. Nature. 4(2):1–9. doi: 10.1/x.
2. Roe R. Cells. 2002.`);
  });
});

describe('TEI, DITA and patents', () => {
  it('have verse by line, notes at the end, and one reading of each choice', async () => {
    expect(
      await read(`<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Poems</title><author>A. Lee</author></titleStmt>
        <publicationStmt><p>unknown</p></publicationStmt></fileDesc></teiHeader><text><body><div><head>Spring</head>
        <lg><l>The <choice><sic>swon</sic><corr>swan</corr></choice></l><l>is gone<note place="foot">Sic.</note></l></lg><pb n="2"/>
        <p>One <hi rend="sup">a</hi> <gap/> end.</p></div></body></text></TEI>`),
    ).toBe('# Poems\n\nA. Lee\n\n## Spring\n\nThe swan\nis gone[1]\n\nOne ^a […] end.\n\n[1] Sic.');
  });

  it('have steps as numbered lists and nothing of their metadata', async () => {
    expect(
      await read(`<!DOCTYPE task PUBLIC "-//OASIS//DTD DITA Task//EN" "task.dtd"><task id="t"><title>Clean it</title><shortdesc>Weekly.</shortdesc>
        <prolog><author>x</author></prolog><taskbody><prereq>Unplug it.</prereq><steps><step><cmd>Open the <uicontrol>lid</uicontrol>.</cmd><info>It is heavy.</info></step>
        <step><cmd>Wipe.</cmd></step></steps></taskbody></task>`),
    ).toBe(
      '# Clean it\n\nWeekly.\n\n## Before you begin\n\nUnplug it.\n\n1. Open the lid.\n\n   It is heavy.\n2. Wipe.',
    );
    expect(
      await read(`<us-patent-grant><us-bibliographic-data-grant><invention-title>Grinder</invention-title></us-bibliographic-data-grant>
        <abstract><p>A grinder.</p></abstract><description><heading level="1">FIELD</heading><p>Coffee.</p></description><claims><claim><claim-text>1. A burr.</claim-text></claim></claims></us-patent-grant>`),
    ).toContain(
      '# Grinder\n\n## Abstract\n\nA grinder.\n\n## FIELD\n\nCoffee.\n\n## Claims\n\n1. A burr.',
    );
  });
});

describe('feeds and data in XML', () => {
  it('list entries of RSS and Atom with the visible text of their HTML', async () => {
    expect(
      await read(`<rss version="2.0"><channel><title>News</title><item><title>First &amp; best</title><link>https://a.example/1</link><pubDate>1 Jan 2024</pubDate>
        <content:encoded><![CDATA[<p>Long</p><p hidden>never</p><script>x()</script>]]></content:encoded><description>Short</description></item></channel></rss>`),
    ).toBe('# News\n\n## First & best\n\n1 Jan 2024\n\nLong');
    expect(
      await read(`<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>B</title><author><name>Zed</name></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi <em>you</em></p></div></content></entry></feed>`),
    ).toBe('# A\n\n## B\n\nZed\n\nHi you');
  });

  it('have flat records as a table, others below headings that name them', async () => {
    expect(
      await read(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/</loc><lastmod>2024</lastmod></url><url><loc>https://a.example/b</loc></url></urlset>',
      ),
    ).toBe(
      '# urlset\n\n| loc | lastmod |\n| --- | --- |\n| https://a.example/ | 2024 |\n| https://a.example/b |  |',
    );
    expect(
      await read(
        '<shop><open>9-17</open><item id="7"><name>Grinder</name><price currency="EUR">89</price></item><item><name>Cup</name><size><h>9</h></size></item></shop>',
      ),
    ).toBe(
      '# shop\n\n- open: 9-17\n\n## item Grinder\n\n- id: 7\n- name: Grinder\n- price: 89 (currency: EUR)\n\n## item Cup\n\n- name: Cup\n- size\n  - h: 9',
    );
    expect(await read('<a>only text</a>')).toBe('# a\n\nonly text');
  });
});

describe('XML that is not trusted', () => {
  it('expands characters and literal texts only, within a limit', async () => {
    expect(
      await read(
        '<!DOCTYPE a [<!ENTITY co "Acme &#8482;"><!ENTITY two "&co;&co;"><!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY % pe SYSTEM "http://a.example/x.dtd"> %pe;]><a><b>&co; &mdash; &alpha; &two; &file; &constructor;</b></a>',
      ),
    ).toBe('# a\n\n- b: Acme ™ — α &two; &file; &constructor;');
    const long = `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(1000)}">]><a>${'&x;'.repeat(20_000)}</a>`;
    expect(await faultOf(long)).toBe('too_large');
  });

  it('is refused when it is malformed, nested too deeply or has too many attributes', async () => {
    expect(await faultOf('<a><b></a>')).toBe('corrupt');
    expect(await faultOf('')).toBe('corrupt');
    expect(await faultOf('<a>'.repeat(5000))).toBe('too_large');
    const attributes = Array.from({ length: 3000 }, (_, index) => `a${index}="x"`).join(' ');
    expect(await faultOf(`<a ${attributes}/>`)).toBe('too_large');
  });

  it('is decoded as it declares', async () => {
    const latin = [...'<?xml version="1.0" encoding="ISO-8859-1"?><a><b>caf\u00e9</b></a>'];
    const encoded = Uint8Array.from(latin, (character) => character.charCodeAt(0));
    expect((await extractDocument(formats.xml, encoded)).text).toBe('# a\n\n- b: café');
  });

  it('is read as text by `fetch_url` when it is malformed', async () => {
    const page = (body: string) =>
      readWebPage(bytes(body).buffer, 'application/rss+xml', 'https://a.example/');
    expect((await page('<a><b>'))?.text).toBe('<a><b>');
    expect(
      (await page('<rss><channel><item><title>T</title><link>/p</link></item></channel></rss>'))
        ?.text,
    ).toBe('# [T](https://a.example/p)');
  });
});
