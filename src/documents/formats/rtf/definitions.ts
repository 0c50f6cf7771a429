import { symbolOf } from '../../markup/symbol-font.ts';
import { decodePage, pageOfCharset, symbolCharset } from './charset.ts';
import type { State, StyleEntry } from './state.ts';

interface Font {
  name: string;
  charset: number;
}

/** Labels in a font of symbols are bullets, whatever they look like. */
const bullet = '•';

const documentPages: Readonly<Record<string, number>> = { mac: 10_000, pc: 437, pca: 850 };

/** Fonts, styles and code page of a document, which decode its text. */
export class Definitions {
  readonly styles = new Map<number, StyleEntry>();
  readonly #fonts = new Map<number, Font>();
  #page = 1252;
  #font: Font | null = null;
  #style: StyleEntry | null = null;
  /** True when a font has a character set other than the western one. */
  #isMixed = false;

  addWord(table: 'fonts' | 'styles', name: string, value: number | null): void {
    if (table === 'styles') {
      if (name === 's') {
        this.#style = { name: '', outline: null };
        this.styles.set(value ?? 0, this.#style);
      } else if (name === 'outlinelevel' && this.#style !== null) this.#style.outline = value;
    } else if (name === 'f') {
      this.#font = { name: '', charset: 1 };
      this.#fonts.set(value ?? 0, this.#font);
    } else if (name === 'fcharset' && this.#font !== null) {
      this.#font.charset = value ?? 1;
      this.#isMixed ||= this.#font.charset > symbolCharset;
    }
  }

  /** Adds to a name, which a semicolon ends. */
  addText(table: 'fonts' | 'styles', text: string): void {
    const entry = table === 'fonts' ? this.#font : this.#style;
    if (entry === null) return;
    entry.name = (entry.name + (text.split(';')[0] ?? '')).slice(0, 200);
    if (!text.includes(';')) return;
    this.#font = null;
    this.#style = null;
  }

  /** Sets the code page of the document; false for other words. */
  setPage(name: string, value: number | null): boolean {
    const page = name === 'ansicpg' ? value : documentPages[name];
    if (page === undefined) return false;
    this.#page = page === null || page === 0 ? this.#page : page;
    return true;
  }

  decode(bytes: Uint8Array, { font, destination }: State): string {
    const found = this.#fonts.get(font);
    if (found?.charset === symbolCharset && destination === 'label') return bullet;
    if (found?.charset === symbolCharset && destination === 'text')
      return [...bytes].map((byte) => symbolOf(found.name, byte)).join('');
    // Writers of one language give fonts the western set and mean the code page of the document.
    const isDocument = found === undefined || (found.charset === 0 && !this.#isMixed);
    return decodePage(
      bytes,
      isDocument ? this.#page : (pageOfCharset(found.charset) ?? this.#page),
    );
  }

  unicode(code: number, { font, destination }: State): string {
    const found = this.#fonts.get(font);
    const isPrivate = code >= 0xf000 && code <= 0xf0ff;
    if (isPrivate && destination === 'label') return bullet;
    return isPrivate ? symbolOf(found?.name ?? '', code) : String.fromCharCode(code);
  }
}
