import { DocumentFault } from '../../fault.ts';
import { struck } from '../../markup/inline.ts';
import { script } from '../../markup/script.ts';
import { walkXml } from '../../ooxml/walk-xml.ts';

/** Characters that XML cannot hold, as spreadsheets escape them: `_x000D_` (ECMA-376, 22.9.2.19). */
const escaped = /_x([0-9A-Fa-f]{4})_/g;

export const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replaceAll(escaped, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )
    : text;

/** Collects the runs of one string, without the pronunciation of East Asian text. */
export class StringBuilder {
  #text = '';
  #run = '';
  #position = '';
  #isStruck = false;
  #isPhonetic = false;
  #isText = false;

  open(name: string, val: string | undefined): void {
    if (name === 'x:t') this.#isText = !this.#isPhonetic;
    else if (name === 'x:rPh') this.#isPhonetic = true;
    else if (name === 'x:strike') this.#isStruck = !/^(?:0|false)$/.test(val ?? '1');
    else if (name === 'x:vertAlign') this.#position = val ?? '';
  }

  close(name: string): void {
    if (name === 'x:t') this.#isText = false;
    else if (name === 'x:rPh') this.#isPhonetic = false;
    else if (name === 'x:r') this.#endRun();
  }

  add(text: string): void {
    if (this.#isText) this.#run += text;
  }

  /** Returns the string, and begins the next. */
  take(): string {
    this.#endRun();
    const text = unescaped(this.#text);
    this.#text = '';
    return text;
  }

  #endRun(): void {
    let run = this.#isStruck ? struck(this.#run) : this.#run;
    if (this.#position === 'superscript') run = script('^', run);
    else if (this.#position === 'subscript') run = script('_', run);
    this.#text += run;
    this.#run = '';
    this.#position = '';
    this.#isStruck = false;
  }
}

const maxStrings = 2_000_000;

/** Reads the strings that cells share (ECMA-376, 18.4.9). */
export function readSharedStrings(bytes: Uint8Array | null): string[] {
  const strings: string[] = [];
  if (bytes === null) return strings;
  const builder = new StringBuilder();
  walkXml(
    bytes,
    {
      open: (name, attributes) => builder.open(name, attributes.val),
      close: (name) => {
        builder.close(name);
        if (name !== 'x:si') return;
        strings.push(builder.take());
        if (strings.length > maxStrings)
          throw new DocumentFault('too_large', `The workbook has more than ${maxStrings} texts.`);
      },
      text: (text) => builder.add(text),
    },
    10_000_000,
  );
  return strings;
}
