import { maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';

export interface PdfLimits {
  /** Maximum decoded bytes of one stream, and of the content of a page. */
  readonly stream: number;
  /** Maximum decoded bytes of all streams; decoding a stream again counts again. */
  readonly inflated: number;
  /** Maximum ratio of decoded bytes to file size, beyond `unrated` bytes. */
  readonly ratio: number;
  readonly unrated: number;
  /**
   * Maximum drawing operators of all pages, with forms counted each time they are drawn. 32 bytes
   * of operands count as one operator, a form as 50. The limit is `operationsPerByte` times the
   * file size, at least `minOperations`.
   */
  readonly operations: number;
  readonly minOperations: number;
  readonly operationsPerByte: number;
  readonly characters: number;
  /** Maximum number of codes mapped by the fonts' character maps. */
  readonly mappings: number;
  readonly milliseconds: number;
}

const MiB = 1024 * 1024;

export const pdfLimits: PdfLimits = {
  stream: 32 * MiB,
  inflated: 512 * MiB,
  ratio: 100,
  unrated: 64 * MiB,
  operations: 20_000_000,
  minOperations: 2_000_000,
  operationsPerByte: 20,
  characters: maxCharacters,
  mappings: 8_000_000,
  milliseconds: 60_000,
};

const operationsPerStream = 50;

/**
 * Limits the cost of reading one PDF. The parser swallows errors, so an exceeded limit stays
 * exceeded.
 */
export class PdfBudget {
  readonly #limits: PdfLimits;
  readonly #started = performance.now();
  #inflated: number;
  #operations: number;
  #mappings: number;
  #characters: number;
  #sinceClock = 0;
  #fault: DocumentFault | null = null;

  constructor(fileBytes: number, limits: PdfLimits = pdfLimits) {
    this.#limits = limits;
    this.#inflated = Math.min(limits.inflated, Math.max(limits.unrated, fileBytes * limits.ratio));
    this.#operations = Math.min(
      limits.operations,
      Math.max(limits.minOperations, fileBytes * limits.operationsPerByte),
    );
    this.#mappings = limits.mappings;
    this.#characters = limits.characters;
  }

  /** Throws `too_large` if a limit is or was exceeded. */
  check(): void {
    if (this.#fault === null && performance.now() - this.#started > this.#limits.milliseconds)
      this.#fault = new DocumentFault(
        'too_large',
        'Reading the PDF takes too long. Split it, or print it to a new PDF.',
      );
    if (this.#fault !== null) throw this.#fault;
  }

  checkStream(bytes: number): void {
    if (bytes > this.#limits.stream)
      this.#fail(
        `A stream of the PDF inflates to more than ${this.#limits.stream / MiB} MiB. Print the file to a new PDF.`,
      );
  }

  inflate(bytes: number): void {
    this.#inflated -= bytes;
    if (this.#inflated < 0)
      this.#fail('The PDF inflates to much more than its file size. Print it to a new PDF.');
    this.check();
  }

  /** Counts the start of a page or form. */
  begin(): void {
    this.#operations -= operationsPerStream;
    this.check();
  }

  /** Counts an operator with its operands. Throws `too_large`, which ends the page. */
  operate(bytes: number): void {
    this.#operations -= 1 + Math.floor(bytes / 32);
    if (this.#operations < 0)
      this.#fail('The PDF draws too much for its size. Print it to a new PDF, or split it.');
    // A fallback only: the clock of a Worker may stand still during computation.
    this.#sinceClock += 1;
    if (this.#fault === null && this.#sinceClock < 64) return;
    this.#sinceClock = 0;
    this.check();
  }

  write(characters: number): void {
    this.#characters -= characters;
    if (this.#characters < 0)
      this.#fail(`The document has more than ${this.#limits.characters} characters of text.`);
  }

  map(codes: number): void {
    if (codes > 0) this.#mappings -= codes;
    if (this.#mappings < 0)
      this.#fail(`The fonts of the PDF map more than ${this.#limits.mappings} characters.`);
  }

  #fail(detail: string): never {
    this.#fault ??= new DocumentFault('too_large', detail);
    throw this.#fault;
  }
}
