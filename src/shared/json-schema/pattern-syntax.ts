/** A part of a pattern that matches one character. */
export interface Atom {
  readonly source: string;
}

export interface Term {
  readonly body:
    | { readonly type: 'atom'; readonly atom: Atom }
    | { readonly type: 'assertion'; readonly source: string }
    | { readonly type: 'group'; readonly alternatives: readonly (readonly Term[])[] };
  readonly min: number;
  /** `Infinity` for an open end. */
  readonly max: number;
}

/** The pattern uses syntax whose cost this parser cannot bound. The message names it. */
export class UnsupportedPatternError extends Error {
  override readonly name = 'UnsupportedPatternError';
}

const escapeSequence =
  /^\\(?:[1-9k]|[pP]\{[^}]*\}|x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[A-Za-z]|.)/su;
const characterClass = /^\[(?:\\.|[^\]\\])*\]/su;
const quantifier = /^(?:([*+?])|\{(\d+)(,(\d*))?\})\??/;

/** Parses a pattern that `RegExp` accepts with the flag `u`. Throws `UnsupportedPatternError`. */
export function parsePattern(pattern: string): readonly (readonly Term[])[] {
  const parser = new Parser(pattern);
  return parser.alternatives();
}

class Parser {
  #rest: string;

  constructor(pattern: string) {
    this.#rest = pattern;
  }

  alternatives(): readonly (readonly Term[])[] {
    const list: Term[][] = [[]];
    while (this.#rest !== '' && !this.#rest.startsWith(')')) {
      if (this.#take('|')) list.push([]);
      else list.at(-1)?.push(this.#term());
    }
    return list;
  }

  #term(): Term {
    const body = this.#body();
    const found = quantifier.exec(this.#rest);
    if (found === null) return { body, min: 1, max: 1 };
    this.#rest = this.#rest.slice(found[0].length);
    const [, sign, min = '0', range, max = ''] = found;
    if (sign !== undefined)
      return { body, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    const least = Number(min);
    return {
      body,
      min: least,
      max: range === undefined ? least : max === '' ? Number.POSITIVE_INFINITY : Number(max),
    };
  }

  #body(): Term['body'] {
    if (this.#take('(')) return this.#group();
    for (const source of ['^', '$', '\\b', '\\B'])
      if (this.#take(source)) return { type: 'assertion', source };
    const [source = ''] =
      characterClass.exec(this.#rest) ??
      escapeSequence.exec(this.#rest) ??
      /^./su.exec(this.#rest) ??
      [];
    if (/^\\[1-9k]/.test(source)) throw new UnsupportedPatternError('backreferences');
    this.#rest = this.#rest.slice(source.length);
    return { type: 'atom', atom: { source } };
  }

  #group(): Term['body'] {
    const [opening = ''] = /^\?(?::|<[^=!>]*>)/.exec(this.#rest) ?? [];
    if (opening === '' && this.#rest.startsWith('?'))
      throw new UnsupportedPatternError('lookahead, lookbehind and modifiers');
    this.#rest = this.#rest.slice(opening.length);
    const alternatives = this.alternatives();
    this.#take(')');
    return { type: 'group', alternatives };
  }

  #take(text: string): boolean {
    if (!this.#rest.startsWith(text)) return false;
    this.#rest = this.#rest.slice(text.length);
    return true;
  }
}

/**
 * Characters beyond Latin-1 are treated as one: an atom that matches one is assumed to match all of
 * them.
 */
const samples = ['\u0100', '\u03bb', '\u2028', '\u4e2d', '\u{1f600}'];
const latin1 = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** Returns whether no character matches both atoms; false where that is not certain. */
export function areDisjoint(a: Atom, b: Atom): boolean {
  const [testA, testB] = [a, b].map(({ source }) => new RegExp(`^(?:${source})$`, 'su'));
  const isWide = ({ source }: Atom, test: RegExp | undefined) =>
    /\\[upP]|[^\0-\xff]/.test(source) || samples.some((sample) => test?.test(sample));
  if (isWide(a, testA) && isWide(b, testB)) return false;
  return !latin1.some((character) => testA?.test(character) && testB?.test(character));
}
