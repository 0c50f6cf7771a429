import { describe, expect, it } from 'vitest';
import { extractPdf } from '../../src/documents/formats/pdf/extract.ts';
import { boxOf, decodeLines } from '../../src/documents/page-layout.ts';
import { at, bytesOf, type PageOptions, pageOf, pdfOf } from '../support/pdf.ts';
import truth from './fixtures/places.json';
import places from './fixtures/places.pdf?url&inline';

interface Placed {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns each word of the first page with its box. */
async function wordsOf(bytes: Uint8Array<ArrayBuffer>): Promise<Placed[]> {
  const { text, layout } = await extractPdf(bytes, { layout: true });
  return [...decodeLines(layout?.[0]?.lines ?? [])].flatMap((line) =>
    line.words.map(({ start, end }) => {
      const box = boxOf(line, start, end);
      if (box === null) throw new Error('A word has no box.');
      return { text: text.slice(start, end), ...box };
    }),
  );
}

const drawn = (content: string | readonly string[], options: PageOptions = {}) =>
  wordsOf(pageOf([content].flat().join('\n'), options));

describe('places of words in PDFs', () => {
  it('are those that poppler finds: columns, justified and kerned lines, hyphens, Hebrew', async () => {
    const words = await wordsOf(
      new Uint8Array(await (await fetch(places as unknown as string)).arrayBuffer()),
    );
    expect(words.length).toBe(truth.length);
    const wrong = (truth as [string, number, number, number, number][]).filter(
      ([word, left, top, right, bottom]) => {
        const isHebrew = /[\u0590-\u05ff]/.test(word);
        const text = isHebrew ? [...word].reverse().join('') : word;
        return !words.some(
          (one) =>
            // The text has no hyphen where a line breaks a word; its box ends before it.
            (one.text === text || `${one.text}-` === text) &&
            Math.abs(one.x - left) < 0.8 &&
            Math.abs(one.x + one.width - right) < (one.text === text ? 0.8 : 4.5) &&
            Math.abs(one.y - top) < 2.5 &&
            Math.abs(one.y + one.height - bottom) < 2.5,
        );
      },
    );
    expect(wrong).toEqual([]);
  });

  it('are those of the page as it is shown: cropped, turned, in other units', async () => {
    const hello = at(72, 700, 'Hello you');
    const crop = '/CropBox [12 42 612 792]';
    const first = async (page: string) => (await drawn(hello, { page }))[0];
    // The width of "Hello" in Helvetica at 12 points is 27.3.
    expect(await first('')).toEqual({ text: 'Hello', x: 72, y: 81.2, width: 27.3, height: 13.4 });
    expect(await first(crop)).toMatchObject({ x: 60, y: 81.2, width: 27.3 });
    expect(await first(`${crop} /Rotate 90`)).toMatchObject({ x: 655.4, y: 60, height: 27.3 });
    expect(await first('/Rotate 180')).toMatchObject({ x: 512.7, y: 697.4, width: 27.3 });
    expect(await first('/Rotate 270')).toMatchObject({ x: 81.2, y: 512.7, height: 27.3 });
    expect(await first('/UserUnit 2')).toMatchObject({ x: 144, y: 162.4, width: 54.7 });
    const { layout } = await extractPdf(pageOf(hello, { page: `${crop} /Rotate 90` }), {
      layout: true,
    });
    expect(layout?.[0]).toMatchObject({ width: 750, height: 600, rotation: 90 });
  });

  it('follow turned text, letter spacing, scaled type and text of forms', async () => {
    const turned = 'BT /F1 12 Tf 0 1 -1 0 200 300 Tm (Hello) Tj ET';
    const [up] = await drawn(turned);
    expect(up).toEqual({ text: 'Hello', x: 189.2, y: 464.7, width: 13.4, height: 27.3 });
    const [wide, end] = await drawn('BT /F1 12 Tf 150 Tz 0.5 Tc 72 700 Td (Hello you) Tj ET');
    expect(wide).toMatchObject({ x: 72, width: 44 });
    expect(end?.x).toBeCloseTo(122.5, 1);
    const field =
      '<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Ada Byron) /Rect [300 500 400 520] /DA (/F1 12 Tf 0 g) >>';
    const form = await drawn(at(72, 505, 'Name'), {
      ...{ page: '/Annots [6 0 R]', objects: [field] },
      catalog: '/AcroForm << /Fields [6 0 R] /DA (/F1 12 Tf) >>',
    });
    expect(form.map(({ text }) => text)).toEqual(['Name', 'Ada', 'Byron']);
    expect(form[1]?.x).toBeGreaterThan(299);
    expect((form[2]?.x ?? 0) + (form[2]?.width ?? 0)).toBeLessThan(401);
  });

  it('stay right where the text differs from the glyphs', async () => {
    // A hyphen is removed, and a table gets marks.
    const words = await drawn([
      at(72, 720, 'All the docu-'),
      at(72, 706, 'ments of the file'),
      at(72, 600, 'Fruit'),
      at(200, 600, 'Price | kg'),
      at(72, 586, 'Apple'),
      at(200, 586, '3'),
      at(72, 572, 'Pear'),
      at(200, 572, '4'),
    ]);
    const texts = words.map(({ text }) => text);
    expect(texts.join(' ')).toBe('All the docu ments of the file Fruit Price | kg Apple 3 Pear 4');
    expect(words.find(({ text }) => text === 'ments')).toMatchObject({ x: 72 });
    expect(words.find(({ text }) => text === '4')).toMatchObject({ x: 200 });
    expect(words.find(({ text }) => text === 'kg')?.x).toBeCloseTo(237.1, 1);
  });

  it('do not let many pages multiply one picture', async () => {
    const pages = Array.from({ length: 15 }, (_, page) => 5 + page);
    const file = pdfOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((page) => `${page} 0 R`).join(' ')}] >>`,
      { dictionary: '', data: bytesOf('q 612 0 0 792 0 0 cm /I Do Q') },
      {
        dictionary:
          '/Type /XObject /Subtype /Image /Width 2000 /Height 1500 /BitsPerComponent 8 /ColorSpace /DeviceGray',
        data: new Uint8Array(3_000_000),
      },
      ...pages.map(
        () =>
          '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R /Resources << /XObject << /I 4 0 R >> >> >>',
      ),
    ]);
    await expect(extractPdf(file, { scans: true })).rejects.toMatchObject({ code: 'too_large' });
    expect((await extractPdf(file)).scans).toBeUndefined();
  });

  it('are none for a page without text, and many for a page full of it', async () => {
    expect(await wordsOf(pageOf(''))).toEqual([]);
    const dense = Array.from({ length: 4000 }, (_, n) =>
      at(20 + (n % 40) * 14, 780 - Math.floor(n / 40) * 7, 'ab', 5),
    );
    const words = await drawn(dense);
    expect(words.length).toBeGreaterThan(2000);
  });
});
