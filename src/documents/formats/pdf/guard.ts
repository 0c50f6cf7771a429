import { AsyncLocalStorage } from 'node:async_hooks';
import { getDocumentProxy } from 'unpdf';
import { isRightToLeft } from './bidi.ts';
import type { PdfBudget } from './budget.ts';

/** Guarded parts of the parser, which its package does not export. */
interface DecodeStream {
  readonly buffer: Uint8Array;
  readonly stream: {
    reset(): void;
    readonly isAsync: boolean;
    getBytes(): Uint8Array;
    asyncGetBytes(): Promise<Uint8Array>;
  };
  eof: boolean;
  ensureBuffer(bytes: number): Uint8Array;
  readBlock(): void;
  asyncGetBytesFromDecompressionStream(
    format: string,
  ): Promise<{ decompressed: Uint8Array | null; compressed: Uint8Array }>;
}
interface Parser {
  readonly lexer: { readonly stream: { readonly pos: number; readonly start?: number } };
  makeFilter(stream: unknown, name: string, ...rest: unknown[]): DecodeStream;
}
interface Preprocessor {
  readonly parser: Parser;
  [readTo]?: number;
  read(operation: Operation): boolean;
}
/** Position of a preprocessor in its stream. */
const readTo = Symbol('readTo');

interface Operation {
  readonly args: unknown[] | null;
}
interface CMap {
  mapCidRange(low: number, high: number, to: unknown): void;
  mapBfRange(low: number, high: number, to: unknown): void;
}

const budgets = new AsyncLocalStorage<PdfBudget>();

interface Font {
  _charToGlyph(code: number, isSpace?: boolean): { unicode: string };
}

/** Fields that only the constructors of DecodeStream, EvaluatorPreprocessor, CMap and Font assign. */
const marks = [
  '_rawMinBufferLength',
  'nonProcessedArgs',
  'numCodespaceRanges',
  'toFontChar',
] as const;
const found = new Map<string, object>();
let isInstalled = false;

/**
 * Runs `work` with every decoder, operator and character map of the PDF parser charged to `budget`.
 * pdf.js has no limits and does not export its classes, so their prototypes are found once by
 * parsing a tiny file. Throws when a new version of it cannot be guarded.
 */
export async function runGuarded<T>(budget: PdfBudget, work: () => Promise<T>): Promise<T> {
  if (!isInstalled) {
    if (found.size < marks.length) await findPrototypes();
    install();
  }
  return budgets.run(budget, work);
}

async function findPrototypes(): Promise<void> {
  for (const mark of marks) {
    Object.defineProperty(Object.prototype, mark, {
      configurable: true,
      set(this: object, value: unknown) {
        Object.defineProperty(this, mark, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
        found.set(mark, this);
      },
    });
  }
  try {
    const pdf = await getDocumentProxy(new TextEncoder().encode(probe), { verbosity: 0 });
    await (await pdf.getPage(1)).getTextContent();
    await pdf.loadingTask.destroy();
  } finally {
    for (const mark of marks) delete (Object.prototype as unknown as Record<string, unknown>)[mark];
  }
}

/** A PDF with a filtered stream, an operator and a character map. */
const hex = (text: string) =>
  `${[...text].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('')}>`;
const stream = (text: string) =>
  `<< /Filter /ASCIIHexDecode /Length ${hex(text).length} >>\nstream\n${hex(text)}\nendstream`;
const probe = [
  '%PDF-1.4',
  '1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj',
  '2 0 obj\n<< /Type /Pages /Count 1 /Kids [3 0 R] >>\nendobj',
  '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>\nendobj',
  `4 0 obj\n${stream('BT /F 1 Tf (x) Tj ET')}\nendobj`,
  '5 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>\nendobj',
  `6 0 obj\n${stream('begincmap 1 beginbfrange <78> <78> <0078> endbfrange endcmap')}\nendobj`,
  'trailer\n<< /Root 1 0 R /Size 7 >>\n%%EOF\n',
].join('\n');

/** Returns the farthest prototype of an object that has its own `method`. */
function prototypeWith<T>(start: object | undefined, method: keyof T & string): T {
  let result: object | null = null;
  for (let one: object | null = start ?? null; one !== null; one = Object.getPrototypeOf(one))
    if (Object.hasOwn(one, method)) result = one;
  if (result === null) throw new Error(`The PDF parser has no ${method} that could be guarded.`);
  return result as T;
}

function install(): void {
  const preprocessor = found.get('nonProcessedArgs') as Preprocessor | undefined;
  const decoders = prototypeWith<DecodeStream>(found.get('_rawMinBufferLength'), 'ensureBuffer');
  const preprocessors = prototypeWith<Preprocessor>(preprocessor, 'read');
  const parsers = prototypeWith<Parser>(preprocessor?.parser, 'makeFilter');
  const maps = prototypeWith<CMap>(found.get('numCodespaceRanges'), 'mapBfRange');
  const fonts = prototypeWith<Font>(found.get('toFontChar'), '_charToGlyph');
  if (isInstalled) return;
  isInstalled = true;
  guardDecoders(decoders);
  guardFilters(parsers);
  reverseLigatures(fonts);
  const { read } = preprocessors;
  preprocessors.read = function (operation) {
    const budget = budgets.getStore();
    if (budget === undefined) return read.call(this, operation);
    const { stream: source } = this.parser.lexer;
    // The parser reads ahead, for the first time in its constructor.
    if (this[readTo] === undefined) budget.begin();
    const before = this[readTo] ?? source.start ?? 0;
    const isRead = read.call(this, operation);
    budget.operate(source.pos - before);
    this[readTo] = source.pos;
    if (operation.args?.length === 2) handOnActualText(operation.args);
    return isRead;
  };
  for (const method of ['mapCidRange', 'mapBfRange'] as const) {
    const map = maps[method];
    maps[method] = function (low, high, to) {
      budgets.getStore()?.map(high - low + 1);
      return map.call(this, low, high, to);
    };
  }
}

function guardDecoders(decoders: DecodeStream): void {
  const { ensureBuffer } = decoders;
  decoders.ensureBuffer = function (bytes) {
    const budget = budgets.getStore();
    if (budget === undefined || bytes <= this.buffer.byteLength)
      return ensureBuffer.call(this, bytes);
    budget.checkStream(bytes);
    const before = this.buffer.byteLength;
    const buffer = ensureBuffer.call(this, bytes);
    budget.inflate(buffer.byteLength - before);
    return buffer;
  };
  // The original inflates the whole stream before checking its size. Null makes the parser decode
  // block by block, as it does after an error.
  decoders.asyncGetBytesFromDecompressionStream = async function (format) {
    this.stream.reset();
    const compressed = this.stream.isAsync
      ? await this.stream.asyncGetBytes()
      : this.stream.getBytes();
    const budget = budgets.getStore();
    const decompressed =
      format === 'deflate' && budget !== undefined ? await inflate(compressed, budget) : null;
    return { decompressed, compressed };
  };
}

async function inflate(compressed: Uint8Array, budget: PdfBudget): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const source = new Blob([compressed as Uint8Array<ArrayBuffer>]).stream();
    for await (const part of source.pipeThrough(new DecompressionStream('deflate'))) {
      size += part.byteLength;
      budget.checkStream(size);
      budget.inflate(part.byteLength);
      parts.push(part);
    }
  } catch {
    budget.check();
    return null;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/**
 * Filters that are never decoded: those of pictures, and Brotli, which yields its output in one
 * piece of any size.
 */
const codecs = new Set([
  'DCT',
  'DCTDecode',
  'JPX',
  'JPXDecode',
  'CCF',
  'CCITTFaxDecode',
  'JBIG2Decode',
  'BrotliDecode',
]);

function guardFilters(parsers: Parser): void {
  const { makeFilter } = parsers;
  parsers.makeFilter = function (source, name, ...rest) {
    const made = makeFilter.call(this, source, name, ...rest);
    if (codecs.has(name)) {
      made.readBlock = function () {
        this.eof = true;
      };
    }
    return made;
  };
}

/**
 * The parser reverses right-to-left text glyph by glyph; a glyph for several letters must be
 * reversed beforehand.
 */
function reverseLigatures(fonts: Font): void {
  const { _charToGlyph: toGlyph } = fonts;
  const turned = new WeakSet<object>();
  fonts._charToGlyph = function (code, isSpace) {
    const glyph = toGlyph.call(this, code, isSpace);
    if (glyph.unicode.length > 1 && !turned.has(glyph) && isRightToLeft(glyph.unicode)) {
      glyph.unicode = [...glyph.unicode].reverse().join('');
      turned.add(glyph);
    }
    return glyph;
  };
}

const actualText = 'ActualText:';

/** Passes ActualText in the tag of marked content, since the parser reports nothing but the tag. */
function handOnActualText(args: unknown[]): void {
  const [tag, properties] = args as [{ name?: unknown } | null, { get?: unknown } | null];
  if (typeof tag?.name !== 'string' || typeof properties?.get !== 'function') return;
  const text: unknown = properties.get('ActualText');
  if (typeof text === 'string')
    args[0] = Object.create(tag, { name: { value: actualText + text } });
}

/** Returns the ActualText passed in a tag; null for none. */
export function actualTextOf(tag: unknown): string | null {
  if (typeof tag !== 'string' || !tag.startsWith(actualText)) return null;
  const text = tag.slice(actualText.length);
  const mark = /^(\u00fe\u00ff|\u00ff\u00fe|\u00ef\u00bb\u00bf)/.exec(text)?.[0];
  if (mark === undefined) return text;
  const label =
    mark === '\u00fe\u00ff' ? 'utf-16be' : mark === '\u00ff\u00fe' ? 'utf-16le' : 'utf-8';
  return new TextDecoder(label).decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
}
