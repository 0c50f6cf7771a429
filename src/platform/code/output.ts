import type { CodeError, CodeOutcome } from '../ports.ts';

/** Limits on what code leaves behind. */
export const outputLimits = {
  /** Characters of the JSON of the result. */
  result: 100_000,
  /** Characters of the whole console; more is cut. */
  logs: 20_000,
  lines: 500,
  files: 10,
  file_bytes: 5_000_000,
  /** Bytes of all files together. */
  bytes: 10_000_000,
};

/** The kinds of files that code may write, by extension, with their media types. */
export const writableTypes: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
]);

export const extensionOf = (name: string): string => name.split('.').at(-1)?.toLowerCase() ?? '';

/** A fault of what the code wrote, to be thrown inside of the sandbox. */
export class OutputFault extends Error {
  override readonly name = 'OutputError';
}

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
// Separators of paths, controls, and characters that turn the direction of text.
const isRefused = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029/\\:*?"<>|]/u;

/** How code ended. */
export type CodeEnd = { readonly result: unknown } | { readonly error: CodeError };

/** Collects what code leaves behind, within the limits. The code has no access to it. */
export class CodeOutput {
  readonly #logs: { level: string; text: string }[] = [];
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  #characters = 0;
  #bytes = 0;
  #isCut = false;

  log(level: string, text: string): void {
    if (this.#isCut) return;
    const left = outputLimits.logs - this.#characters;
    this.#isCut = text.length > left || this.#logs.length === outputLimits.lines;
    if (!this.#isCut) this.#logs.push({ level, text: text.toWellFormed() });
    else
      this.#logs.push({
        level: 'warn',
        text: `${cutText(text, left)}[The console is full; further lines are left out.]`,
      });
    this.#characters += text.length;
  }

  /** Adds a file, or replaces the one of this name. Throws `OutputFault`. */
  write(name: string, content: string | Uint8Array): void {
    checkName(name);
    // A text has at least as many bytes as UTF-16 units.
    checkSize(name, content.length);
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
    checkSize(name, bytes.byteLength);
    checkContent(name, bytes);
    const others = this.#bytes - (this.#files.get(name)?.byteLength ?? 0);
    if (!this.#files.has(name) && this.#files.size === outputLimits.files)
      throw new OutputFault(`at most ${outputLimits.files} files can be written`);
    if (others + bytes.byteLength > outputLimits.bytes)
      throw new OutputFault(`the files have more than ${outputLimits.bytes} bytes together`);
    this.#files.set(name, bytes as Uint8Array<ArrayBuffer>);
    this.#bytes = others + bytes.byteLength;
  }

  /** Returns the outcome. Files of code that failed are dropped: they may be incomplete. */
  outcome(end: CodeEnd, used: Pick<CodeOutcome, 'cpu_ms' | 'ticks'>): CodeOutcome {
    const logs = this.#logs;
    if ('error' in end)
      return { ok: false, result: null, logs, files: [], error: end.error, ...used };
    const files = [...this.#files].map(([name, content]) => ({ name, content }));
    return { ok: true, result: end.result, logs, files, error: null, ...used };
  }
}

const cutText = (text: string, length: number): string =>
  length <= 0 ? '' : `${text.slice(0, length).toWellFormed()} `;

function checkName(name: string): void {
  const kinds = [...writableTypes.keys()].join(', ');
  if (name.length > 100 || name.trim() !== name || name.startsWith('.') || isRefused.test(name))
    throw new OutputFault(
      `the name of a file has 1 to 100 characters and no folder, such as report.csv`,
    );
  if (!name.includes('.') || !writableTypes.has(extensionOf(name)))
    throw new OutputFault(`files of this type cannot be written: ${name}. Types: ${kinds}`);
}

function checkSize(name: string, size: number): void {
  if (size > outputLimits.file_bytes)
    throw new OutputFault(`${name} has more than ${outputLimits.file_bytes} bytes`);
}

function checkContent(name: string, bytes: Uint8Array): void {
  if (extensionOf(name) === 'png') {
    if (pngSignature.every((byte, index) => bytes[index] === byte)) return;
    throw new OutputFault(`${name} is not a PNG image`);
  }
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new OutputFault(`${name} is not text in UTF-8`);
  }
}
