import { struck } from '../../markup/inline.ts';
import { formatNumber, formatText } from '../../ooxml/number-format.ts';
import { StringBuilder, unescaped } from './strings.ts';
import { type CellStyle, plainStyle } from './styles.ts';

/** Strings, styles and dates that the cells of a workbook share. */
export interface CellValues {
  readonly strings: readonly string[];
  readonly styles: readonly CellStyle[];
  /** True when days are counted from 1904. */
  readonly is1904: boolean;
}

export interface CellContent {
  /** Text as the cell shows it. */
  readonly text: string;
  readonly isText: boolean;
  readonly isSetOff: boolean;
  /** Address of a HYPERLINK formula. */
  readonly address: string | null;
}

const booleans: Readonly<Record<string, string>> = {
  '0': 'FALSE',
  '1': 'TRUE',
  false: 'FALSE',
  true: 'TRUE',
};

/** Reads one cell at a time from the elements inside of it (ECMA-376, 18.3.1.4). */
export class CellReader {
  readonly #values: CellValues;
  readonly #inline = new StringBuilder();
  #type = 'n';
  #style = plainStyle;
  #value = '';
  #formula = '';
  #field: 'x:v' | 'x:f' | null = null;
  #isOpen = false;

  constructor(values: CellValues) {
    this.#values = values;
  }

  begin({ t = 'n', s = '' }: Readonly<Record<string, string>>): void {
    this.#type = t;
    this.#style = this.#values.styles[Number(s)] ?? plainStyle;
    this.#value = '';
    this.#formula = '';
    this.#isOpen = true;
  }

  /** Returns false for an element outside of cells. */
  open(name: string, attributes: Readonly<Record<string, string>>): boolean {
    if (!this.#isOpen) return false;
    this.#field = name === 'x:v' || name === 'x:f' ? name : null;
    this.#inline.open(name, attributes.val);
    return true;
  }

  add(text: string): void {
    if (!this.#isOpen) return;
    if (this.#field === 'x:v') this.#value += text;
    else if (this.#field === 'x:f') this.#formula += text;
    else this.#inline.add(text);
  }

  close(name: string): void {
    this.#field = null;
    this.#inline.close(name);
  }

  /** Returns the content of the cell, or null when it shows nothing. */
  end(): CellContent | null {
    this.#isOpen = false;
    const inline = this.#inline.take();
    const { text, isText } = this.#content(inline);
    if (text.trim() === '') return null;
    return {
      text: this.#style.isStruck ? struck(text) : text,
      isText,
      isSetOff: this.#style.isSetOff,
      address: /^_?(?:xlfn\.)?HYPERLINK\(\s*"([^"]+)"/i.exec(this.#formula)?.[1] ?? null,
    };
  }

  #content(inline: string): { text: string; isText: boolean } {
    const { code } = this.#style;
    const text = (value: string) => ({ text: formatText(value, code), isText: true });
    switch (this.#type) {
      case 's':
        return text(this.#values.strings[Number.parseInt(this.#value, 10)] ?? '');
      case 'inlineStr':
        return text(inline);
      case 'str':
        return text(unescaped(this.#value));
      case 'b':
        return { text: booleans[this.#value.trim()] ?? '', isText: false };
      case 'e':
        return { text: this.#value, isText: false };
      case 'd':
        return {
          text: this.#value.replace('T', ' ').replace(/ 00:00(?::00)?Z?$/, ''),
          isText: false,
        };
      default:
        return this.#number(code);
    }
  }

  /** A formula that no program has calculated shows as itself. */
  #number(code: string): { text: string; isText: boolean } {
    const raw = this.#value.trim();
    if (raw === '') return { text: this.#formula === '' ? '' : `=${this.#formula}`, isText: false };
    const value = Number(raw);
    return {
      text: Number.isFinite(value) ? formatNumber(value, code, this.#values.is1904) : raw,
      isText: false,
    };
  }
}
