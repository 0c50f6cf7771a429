import { stripVTControlCharacters } from 'node:util';

type Colour = 'red' | 'green' | 'yellow' | 'bold' | 'dim';
const codes: Readonly<Record<Colour, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** Writes results to stdout and progress to stderr. Values of variables are replaced by their names in both. */
export class Output {
  readonly #secrets: (readonly [value: string, name: string])[] = [];
  readonly #hasColours: boolean;
  #progress = '';

  constructor(options: { readonly 'no-color': boolean; readonly json: boolean }) {
    this.#hasColours =
      !options['no-color'] &&
      !options.json &&
      (process.env.NO_COLOR ?? '') === '' &&
      process.stdout.isTTY === true;
  }

  /** Hides a value from now on, longest first, since one may contain another. */
  hide(name: string, value: string): void {
    if (value.trim().length < 4) return;
    this.#secrets.push([value, name]);
    const escaped = JSON.stringify(value).slice(1, -1);
    if (escaped !== value) this.#secrets.push([escaped, name]);
    this.#secrets.sort(([a], [b]) => b.length - a.length);
  }

  redact(text: string): string {
    return this.#secrets.reduce(
      (shown, [value, name]) => shown.replaceAll(value, `\${env:${name}}`),
      text,
    );
  }

  paint(colour: Colour, text: string): string {
    return this.#hasColours ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text;
  }

  line(text = ''): void {
    this.#clear();
    process.stdout.write(`${this.redact(text)}\n`);
  }

  json(value: unknown): void {
    this.#clear();
    process.stdout.write(`${this.redact(JSON.stringify(value, null, 2))}\n`);
  }

  note(text: string): void {
    this.#clear();
    process.stderr.write(`${this.redact(text)}\n`);
  }

  /** One line that is replaced in place; without a terminal, a line for each change. */
  progress(text: string): void {
    if (text === this.#progress) return;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${this.redact(text)}`);
    else process.stderr.write(`${this.redact(text)}\n`);
    this.#progress = text;
  }

  #clear(): void {
    if (this.#progress !== '' && process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    this.#progress = '';
  }
}

/** Text of a manifest or an answer, without control characters that a terminal would execute. */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
  stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

/** Aligns rows in columns; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
