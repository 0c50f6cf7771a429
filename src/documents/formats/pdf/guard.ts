import { AsyncLocalStorage } from 'node:async_hooks';
import { handOnActualText } from './actual-text.ts';
import type { PdfBudget } from './budget.ts';
import type { ByteStream, Dictionary, Filters } from './drawn-image.ts';
import type { DrawnRules } from './drawn-rules.ts';
import { type Font, type GlyphTrail, type TextState, watchGlyphs } from './glyphs.ts';
import { type DecodeStream, guardDecoders } from './guard-decoders.ts';
import type { PageImages } from './images.ts';
import { openPdf } from './open-pdf.ts';

/** Guarded parts of the parser, which its package does not export. */
interface Parser {
  readonly lexer: { readonly stream: { readonly pos: number; readonly start?: number } };
  makeFilter(stream: unknown, name: string, ...rest: unknown[]): DecodeStream;
}
interface Preprocessor {
  readonly parser: Parser;
  readonly stateManager: { readonly state: { readonly ctm?: ArrayLike<number> } };
  [readTo]?: number;
  read(operation: Operation): boolean;
}
/** Position of a preprocessor in its stream. */
const readTo = Symbol('readTo');

interface Operation {
  readonly fn: number;
  readonly args: unknown[] | null;
}
interface CMap {
  mapCidRange(low: number, high: number, to: unknown): void;
  mapBfRange(low: number, high: number, to: unknown): void;
}

/** The file that is being read. */
export interface PdfReading {
  readonly budget: PdfBudget;
  readonly trail: GlyphTrail;
  readonly images: PageImages;
  readonly rules: DrawnRules;
  /** True when pictures of pages without text are to be returned. */
  readonly hasScans: boolean;
}

const readings = new AsyncLocalStorage<PdfReading>();
const currentBudget = () => readings.getStore()?.budget;

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
 * Runs `work` with every decoder, operator and character map of the PDF parser charged to its budget.
 * pdf.js has no limits and does not export its classes, so their prototypes are found once by
 * parsing a tiny file. Throws when a new version of it cannot be guarded.
 */
export async function runGuarded<T>(reading: PdfReading, work: () => Promise<T>): Promise<T> {
  if (!isInstalled) {
    if (found.size < marks.length) await findPrototypes();
    install();
  }
  return readings.run(reading, work);
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
    const pdf = await openPdf(new TextEncoder().encode(probe), {});
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
  const parsers = prototypeWith<Parser & Filters>(preprocessor?.parser, 'makeFilter');
  const maps = prototypeWith<CMap>(found.get('numCodespaceRanges'), 'mapBfRange');
  const states = prototypeWith<TextState>(preprocessor?.stateManager.state, 'translateTextMatrix');
  const fonts = prototypeWith<Font>(found.get('toFontChar'), '_charToGlyph');
  if (isInstalled) return;
  isInstalled = true;
  guardDecoders(decoders, currentBudget);
  guardFilters(parsers);
  watchGlyphs(fonts, states, () => readings.getStore()?.trail);
  const { read } = preprocessors;
  preprocessors.read = function (operation) {
    const reading = readings.getStore();
    if (reading === undefined) return read.call(this, operation);
    const { budget, rules } = reading;
    const { stream: source } = this.parser.lexer;
    // The parser reads ahead, for the first time in its constructor.
    if (this[readTo] === undefined) budget.begin();
    const before = this[readTo] ?? source.start ?? 0;
    const isRead = read.call(this, operation);
    budget.operate(source.pos - before);
    this[readTo] = source.pos;
    if (operation.args?.length === 2) handOnActualText(operation.args);
    const { ctm } = this.stateManager.state;
    if (isRead && ctm !== undefined) rules.watch(operation.fn, operation.args, ctm);
    return isRead;
  };
  for (const method of ['mapCidRange', 'mapBfRange'] as const) {
    const map = maps[method];
    maps[method] = function (low, high, to) {
      currentBudget()?.map(high - low + 1);
      return map.call(this, low, high, to);
    };
  }
}

/**
 * Filters that are never decoded: those of pictures, and Brotli, which yields its output in one
 * piece of any size.
 */
const codecs: ReadonlySet<string> = new Set([
  'DCT',
  'DCTDecode',
  'JPX',
  'JPXDecode',
  'CCF',
  'CCITTFaxDecode',
  'JBIG2Decode',
  'BrotliDecode',
]);

function guardFilters(parsers: Parser & Filters): void {
  const { makeFilter, filter } = parsers;
  parsers.filter = function (stream: ByteStream, dictionary: Dictionary, ...rest) {
    const run = () => filter.call(this, stream, dictionary, ...rest);
    return readings.getStore()?.images.watch(dictionary, run) ?? run();
  };
  parsers.makeFilter = function (source, name, ...rest) {
    const made = makeFilter.call(this, source, name, ...rest);
    readings.getStore()?.images.decode(name, source as ByteStream, rest[1]);
    if (codecs.has(name)) {
      made.readBlock = function () {
        this.eof = true;
      };
    }
    return made;
  };
}
