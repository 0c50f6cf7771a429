import { DocumentFault } from '../../fault.ts';
import { childOf, descendants, elementsOf, parseXml, type XmlElement } from '../../ooxml/xml.ts';
import { readZip } from '../../ooxml/zip.ts';
import { readDublinCore } from '../../properties/dublin-core.ts';
import type { DocumentProperties } from '../../properties/properties.ts';

const limits = { entries: 10_000, inflated: 200 * 1024 * 1024, ratio: 100 };
/** Parts that are read. Others, such as pictures and fonts, only count towards the limits. */
const readable = /\.(?:xhtml|html?|xht|xml|opf|ncx|svg|lcpl)$/i;
const maxReadable = 64 * 1024 * 1024;

/** Namespaces of EPUB 2 and 3, and of packages that declare none. */
const prefixes: ReadonlyMap<string, string> = new Map(
  [
    '',
    'urn:oasis:names:tc:opendocument:xmlns:container',
    'http://www.idpf.org/2007/opf',
    'http://openebook.org/namespaces/oeb-package/1.0/',
    'http://www.daisy.org/z3986/2005/ncx/',
    'http://www.w3.org/2001/04/xmlenc#',
  ].map((uri) => [uri, '']),
);

const parse = (bytes: Uint8Array): XmlElement =>
  parseXml(bytes, { prefixes, hasText: (name) => name === 'text', allowsDoctype: true });

export interface ManifestItem {
  readonly path: string;
  readonly mediaType: string;
  readonly properties: readonly string[];
}

/** Parts of a book (EPUB 3.3, "EPUB Open Container Format" and "Package document"). */
export class EpubPackage {
  readonly #parts: ReadonlyMap<string, Uint8Array>;
  readonly #manifest: ReadonlyMap<string, ManifestItem>;
  /** Documents in reading order. */
  readonly spine: readonly ManifestItem[];
  readonly properties: DocumentProperties;

  private constructor(parts: ReadonlyMap<string, Uint8Array>) {
    this.#parts = parts;
    const root = this.#rootFile();
    this.properties = readDublinCore(parts.get(root) ?? new Uint8Array());
    const opf = childOf(this.xml(root) ?? undefined, 'package');
    if (opf === undefined) throw new DocumentFault('unsupported', 'The file is not an EPUB book.');
    this.#manifest = new Map(
      elementsOf(childOf(opf, 'manifest')).map(({ attributes }): [string, ManifestItem] => [
        attributes.id ?? '',
        {
          path: resolvePath(root, attributes.href ?? ''),
          mediaType: (attributes['media-type'] ?? '').toLowerCase(),
          properties: (attributes.properties ?? '').split(/\s+/),
        },
      ]),
    );
    const ids = elementsOf(childOf(opf, 'spine')).map(({ attributes }) => attributes.idref ?? '');
    this.spine = [...new Set(ids)].flatMap((id) => this.#manifest.get(id) ?? []);
    refuseProtected(this, this.#parts);
  }

  /** Throws `DocumentFault`, with `encrypted` for a book with digital rights management. */
  static async open(bytes: Uint8Array<ArrayBuffer>): Promise<EpubPackage> {
    const parts = await readZip(bytes, limits, (name) => readable.test(name));
    const size = [...parts.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (size > maxReadable)
      throw new DocumentFault('too_large', 'The book has more than 64 MB of text.');
    return new EpubPackage(parts);
  }

  bytes(path: string): Uint8Array | null {
    return this.#parts.get(path) ?? null;
  }

  xml(path: string): XmlElement | null {
    const part = this.#parts.get(path);
    return part === undefined ? null : parse(part);
  }

  /** Returns the item that matches; null for none. */
  find(is: (item: ManifestItem) => boolean): ManifestItem | null {
    return [...this.#manifest.values()].find(is) ?? null;
  }

  #rootFile(): string {
    const container = this.xml('META-INF/container.xml');
    const [file] = container === null ? [] : descendants(container, 'rootfile');
    const named = decodePath((file?.attributes['full-path'] ?? '').replace(/^\//, ''));
    if (this.#parts.has(named)) return named;
    return [...this.#parts.keys()].find((name) => /\.opf$/i.test(name)) ?? '';
  }
}

/** Returns the path of a part that another references, without its fragment. */
export function resolvePath(from: string, href: string): string {
  const url = URL.parse(href, `https://book.invalid/${encodeURI(from)}`);
  return url === null ? '' : decodePath(url.pathname.slice(1));
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Fonts are obfuscated, not protected. */
const fontObfuscation = new Set([
  'http://www.idpf.org/2008/embedding',
  'http://ns.adobe.com/pdf/enc#RC',
]);

function refuseProtected(book: EpubPackage, parts: ReadonlyMap<string, Uint8Array>): void {
  const encryption = book.xml('META-INF/encryption.xml');
  const entries = encryption === null ? [] : [...descendants(encryption, 'EncryptedData')];
  const isProtected = entries.some((entry) => {
    const [method] = descendants(entry, 'EncryptionMethod');
    return !fontObfuscation.has(method?.attributes.Algorithm ?? '');
  });
  if (!isProtected) return;
  const system = parts.has('META-INF/license.lcpl')
    ? 'Readium LCP'
    : parts.has('META-INF/sinf.xml')
      ? 'Apple FairPlay'
      : parts.has('META-INF/rights.xml')
        ? 'Adobe ADEPT'
        : 'an unknown system';
  throw new DocumentFault(
    'encrypted',
    `The book is encrypted by digital rights management (${system}).`,
  );
}
