import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { htmlOfXhtml } from '../../src/documents/formats/epub/xhtml.ts';
import { formats } from '../../src/documents/formats.ts';
import { epubParts, makeZip, type ZipEntry } from '../support/documents.ts';

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const part = (name: string, text: string): ZipEntry => ({ name, content: bytes(text) });
const read = async (parts: readonly ZipEntry[]) =>
  (await extractDocument(formats.epub, await makeZip(parts))).text;
const faultOf = (parts: readonly ZipEntry[] | Uint8Array<ArrayBuffer>) =>
  (parts instanceof Uint8Array ? extractDocument(formats.epub, parts) : read(parts)).then(
    () => 'none',
    (error: unknown) =>
      error instanceof DocumentFault ? `${error.code}: ${error.message}` : error,
  );

const page = (body: string) =>
  `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/><script src="a.js"/></head><body>${body}</body></html>`;
const nav = {
  path: 'nav.xhtml',
  properties: 'nav',
  text: page(
    `<nav epub:type="landmarks"><ol><li><a href="b.xhtml">Wrong</a></li></ol></nav><nav epub:type="toc"><ol><li><a href="text/a.xhtml">First</a></li><li><a href="text/b%20c.xhtml#x">Second <i>part</i></a><ol><li><a href="text/d.xhtml">Deep</a></li></ol></li></ol></nav>`,
  ),
};
const ncx = {
  path: 'toc.ncx',
  text: `<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>One</text></navLabel><content src="a.html"/><navPoint><navLabel><text>Two</text></navLabel><content src="b.html#p1"/></navPoint></navPoint></navMap></ncx>`,
};

describe('EPUB books', () => {
  it('are read in the order of the spine, with titles of the contents where a chapter has no heading', async () => {
    const parts = epubParts(
      [
        { path: 'text/d.xhtml', text: page('<p>Deep</p><p>Third in the archive.</p>') },
        { path: 'text/a.xhtml', text: page('<h2>Own heading</h2><p>Alpha.</p>') },
        { path: 'text/b%20c.xhtml', text: page('<p>Beta.</p>') },
        { path: 'text/e.xhtml', text: page('<p>Continued.</p>') },
        { path: 'text/cover.xhtml', text: page('<img src="c.png" alt=""/>') },
      ],
      ['text/cover.xhtml', 'text/a.xhtml', 'text/b%20c.xhtml', 'text/e.xhtml', 'text/d.xhtml'],
      [nav],
    );
    expect(await read(parts)).toBe(
      '## Own heading\n\nAlpha.\n\n# Second part\n\nBeta.\n\nContinued.\n\n## Deep\n\nThird in the archive.',
    );
  });

  it('take titles from an NCX in version 2', async () => {
    const parts = epubParts(
      [
        { path: 'a.html', text: page('<p>Alpha.</p>') },
        { path: 'b.html', text: page('<p>Beta.</p>') },
      ],
      ['a.html', 'b.html', 'missing.html'],
      [ncx],
    );
    expect(await read(parts)).toBe('# One\n\nAlpha.\n\n## Two\n\nBeta.');
  });

  it('show notes, tables, lists and formulas, and hide hidden elements', async () => {
    const body = page(
      '<p>Text<a epub:type="noteref" href="#n">1</a> <span hidden="hidden">X</span></p><ol><li>a</li></ol><table><tr><th>k</th></tr><tr><td>v</td></tr></table><math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup></math><aside id="n" epub:type="footnote"><p>A note.</p></aside>',
    );
    expect(await read(epubParts([{ path: 'a.xhtml', text: body }], ['a.xhtml']))).toBe(
      'Text[1]\n\n1. a\n\n| k |\n| --- |\n| v |\n\n$x^{2}$\n\nA note.',
    );
  });

  it('are refused by name when encrypted, but not for obfuscated fonts', async () => {
    const book = epubParts([{ path: 'a.xhtml', text: page('<p>x</p>') }], ['a.xhtml']);
    const encryption = (algorithm: string) =>
      part(
        'META-INF/encryption.xml',
        `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/><enc:CipherData><enc:CipherReference URI="a.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>`,
      );
    const aes = encryption('http://www.w3.org/2001/04/xmlenc#aes128-cbc');
    expect(await faultOf([...book, aes, part('META-INF/rights.xml', '<rights/>')])).toBe(
      'encrypted: The book is encrypted by digital rights management (Adobe ADEPT).',
    );
    expect(await faultOf([...book, aes, part('META-INF/license.lcpl', '{}')])).toContain(
      'Readium LCP',
    );
    expect(await faultOf([...book, aes])).toContain('encrypted: ');
    expect(await faultOf([...book, encryption('http://www.idpf.org/2008/embedding')])).toBe('none');
  });

  it('are refused when damaged, empty or unsafe (R27, R28)', async () => {
    const pages = [{ path: 'a.xhtml', text: page('<p>x</p>') }];
    const book = epubParts(pages, ['a.xhtml']);
    expect(await faultOf([part('a.txt', 'x')])).toContain('unsupported');
    expect(await faultOf([part('book.opf', '<package')])).toContain('corrupt');
    expect(await faultOf(epubParts(pages, []))).toContain('empty_document');
    expect(await faultOf((await makeZip(book)).slice(0, 300))).toContain('corrupt');
    const unsafe = epubParts(pages, ['a.xhtml'], [], '<!DOCTYPE p [<!ENTITY e "x">]>');
    expect(await faultOf(unsafe)).toContain('unsafe_xml');
    const zeros = { name: 'a.png', content: new Uint8Array(30 * 1024 * 1024) };
    expect(await faultOf([...book, zeros])).toContain('too_large');
    const deep = page('<div>'.repeat(20_000));
    expect(await faultOf(epubParts([{ path: 'a.xhtml', text: deep }], ['a.xhtml']))).toContain(
      'too_large',
    );
  });
});

describe('XHTML', () => {
  it('becomes HTML with the same elements and text', () => {
    expect(
      htmlOfXhtml(
        '<p/><a id="x>y"/><br/><img alt="/>" /><!-- <i/> --><b a=\'1\' /><![CDATA[1 < 2 & <i/>]]></p>',
      ),
    ).toBe(
      '<p></p><a id="x>y"></a><br/><img alt="/>" /><!-- <i/> --><b a=\'1\' ></b>1 &lt; 2 &amp; &lt;i/></p>',
    );
  });

  it('is rewritten in linear time', () => {
    const started = performance.now();
    for (const piece of ['<!--', '<![CDATA[', '<a "', "<a '", '<a / ', '<a', '"/>'])
      htmlOfXhtml(piece.repeat(300_000));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
