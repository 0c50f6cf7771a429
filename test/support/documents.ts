/** Builds small documents, so that tests know every byte of them. */

const encode = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

/** A PDF of one line of text a page. Lines that begin with "# " are set larger. */
export function makePdf(pages: readonly (readonly string[])[]): Uint8Array<ArrayBuffer> {
  const objects: string[] = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  const kids: number[] = [];
  for (const lines of pages) {
    const drawn = lines.map((line, index) => {
      const size = line.startsWith('# ') ? 24 : 12;
      return `BT /F1 ${size} Tf 1 0 0 1 72 ${720 - index * 40} Tm (${line.replace(/^# /, '').replaceAll(/[()\\]/g, '\\$&')}) Tj ET`;
    });
    const content = drawn.join('\n');
    objects.push(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${objects.length} 0 R >>`,
    );
    kids.push(objects.length);
  }
  objects[1] = `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((id) => `${id} 0 R`).join(' ')}] >>`;
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return encode(text);
}

export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
  /** The entry in the central directory, and its offset. */
  readonly claimedSize?: number;
  readonly isEncrypted?: boolean;
}

/** A zip archive with deflated entries. */
export async function makeZip(entries: readonly ZipEntry[]): Promise<Uint8Array<ArrayBuffer>> {
  const locals: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, content, claimedSize, isEncrypted } of entries) {
    const { deflated, checksum } = await packed(content);
    const label = encode(name);
    const common = (view: DataView, at: number) => {
      view.setUint16(at, 20, true);
      view.setUint16(at + 2, isEncrypted ? 1 : 0, true);
      view.setUint16(at + 4, 8, true);
      view.setUint32(at + 10, checksum, true);
      view.setUint32(at + 14, deflated.byteLength, true);
      view.setUint32(at + 18, claimedSize ?? content.byteLength, true);
      view.setUint16(at + 22, label.byteLength, true);
    };
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    common(local, 4);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x02014b50, true);
    common(central, 6);
    central.setUint32(42, offset, true);
    locals.push(new Uint8Array(local.buffer), label, deflated);
    directory.push(new Uint8Array(central.buffer), label);
    offset += 30 + label.byteLength + deflated.byteLength;
  }
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, entries.length, true);
  end.setUint16(10, entries.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return new Uint8Array(await new Blob([...locals, ...directory, end.buffer]).arrayBuffer());
}

interface Packed {
  readonly deflated: Uint8Array<ArrayBuffer>;
  readonly checksum: number;
}

const known = new WeakMap<Uint8Array, Promise<Packed>>();

/** Compresses the content of an entry, once per array: archive bombs are large, and use theirs repeatedly. */
function packed(content: Uint8Array<ArrayBuffer>): Promise<Packed> {
  const found = known.get(content) ?? pack(content);
  known.set(content, found);
  return found;
}

async function pack(content: Uint8Array<ArrayBuffer>): Promise<Packed> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const deflated = new Uint8Array(await new Response(stream).arrayBuffer());
  return { deflated, checksum: crc32(content) };
}

/** Remainders of all bytes (ISO 3309). */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  return crc >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let at = 0; at < bytes.length; at += 1)
    crc = (crc >>> 8) ^ (remainders[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

const main = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

/** The parts of a Word document with this body. */
export function docxParts(body: string, prologue = ''): ZipEntry[] {
  const part = (name: string, xml: string) => ({
    name,
    content: encode(`<?xml version="1.0" encoding="UTF-8"?>${prologue}${xml}`),
  });
  return [
    part(
      '[Content_Types].xml',
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    ),
    part(
      '_rels/.rels',
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    ),
    part(
      'word/document.xml',
      `<w:document xmlns:w="${main}"><w:body>${body}</w:body></w:document>`,
    ),
  ];
}

export const paragraph = (text: string, style?: string): string =>
  `<w:p>${style === undefined ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;

/** Namespaces of an OpenDocument part. */
const odfNames = Object.entries({
  office: 'office',
  style: 'style',
  text: 'text',
  table: 'table',
  draw: 'drawing',
  fo: 'xsl-fo-compatible',
  svg: 'svg-compatible',
  presentation: 'presentation',
  manifest: 'manifest',
})
  .map(([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
  .concat(
    'xmlns:xlink="http://www.w3.org/1999/xlink"',
    'xmlns:math="http://www.w3.org/1998/Math/MathML"',
    'xmlns:dc="http://purl.org/dc/elements/1.1/"',
  )
  .join(' ');

/** A part of an OpenDocument file; `root` is the name of its element. */
export const odfPart = (name: string, root: string, content: string): ZipEntry => ({
  name,
  content: encode(
    `<?xml version="1.0" encoding="UTF-8"?><${root} ${odfNames}>${content}</${root}>`,
  ),
});

/** The parts of an OpenDocument file with this body: `<office:text>…</office:text>`. */
export const odfParts = (body: string, automaticStyles = ''): ZipEntry[] => [
  odfPart(
    'content.xml',
    'office:document-content',
    `<office:automatic-styles>${automaticStyles}</office:automatic-styles><office:body>${body}</office:body>`,
  ),
];

interface EpubPage {
  /** As the package document references it. */
  readonly path: string;
  readonly text: string;
  readonly properties?: string;
}

/** The parts of an EPUB book. `spine` names pages; `others` are in its manifest only. */
export function epubParts(
  pages: readonly EpubPage[],
  spine: readonly string[],
  others: readonly EpubPage[] = [],
  prologue = '',
): ZipEntry[] {
  const all = [...pages, ...others];
  const items = all.map(
    ({ path, properties = '' }) =>
      `<item id="${path}" href="${path}" media-type="${path.endsWith('.ncx') ? 'application/x-dtbncx+xml' : 'application/xhtml+xml'}" properties="${properties}"/>`,
  );
  const refs = spine.map((path) => `<itemref idref="${path}"/>`);
  return [
    {
      name: 'META-INF/container.xml',
      content: encode(
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
      ),
    },
    {
      name: 'OEBPS/book.opf',
      content: encode(
        `${prologue}<package xmlns="http://www.idpf.org/2007/opf"><manifest>${items.join('')}</manifest><spine>${refs.join('')}</spine></package>`,
      ),
    },
    ...all.map(({ path, text }) => ({
      name: `OEBPS/${decodeURIComponent(path)}`,
      content: encode(text),
    })),
  ];
}
