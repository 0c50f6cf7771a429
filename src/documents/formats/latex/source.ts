import { DocumentFault } from '../../fault.ts';

/** State that the parts of a document share. */
export interface LatexDocument {
  readonly macros: ReadonlyMap<string, Macro>;
  /** Number of macros that have been replaced. */
  expanded: number;
  readonly notes: string[];
}

export interface Macro {
  readonly parameters: number;
  readonly body: string;
}

/** A range of the source: what an argument holds, and where the text after it begins. */
export interface Argument {
  readonly text: string;
  readonly end: number;
}

const maxNesting = 200;
const listings = /(\\begin\{(verbatim\*?|Verbatim|lstlisting|minted|alltt)\}[\s\S]*?\\end\{\2\})/;

/** Removes comments outside of listings; a line that is a comment leaves nothing. */
export const withoutComments = (source: string): string =>
  source
    .split(listings)
    .map((part, index) => (index % 3 === 1 ? part : index % 3 === 2 ? '' : uncommented(part)))
    .join('');

const uncommented = (source: string) =>
  source.replaceAll(/^[ \t]*%.*\n?/gm, '').replaceAll(/(?<!\\)((?:\\\\){0,20})%.*\n?[ \t]*/g, '$1');

/** Throws `too_large` for groups that are nested too deeply, so that the search for their ends stays linear. */
export function checkNesting(source: string): void {
  let depth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === '{') depth += 1;
    else if (character === '}') depth = Math.max(0, depth - 1);
    if (depth > maxNesting)
      throw new DocumentFault(
        'too_large',
        `Groups are nested more than ${maxNesting} levels deep.`,
      );
  }
}

/** Returns the group or single token at `at`, after white space; null for none. Linear in its length. */
export function argumentAt(source: string, at: number): Argument | null {
  let from = at;
  while (/[ \t\n]/.test(source.charAt(from)) && from - at < 100) from += 1;
  if (source.charAt(from) !== '{') return null;
  const end = closing(source, from, '{', '}', maxGroup);
  return end < 0 ? null : { text: source.slice(from + 1, end), end: end + 1 };
}

export function optionAt(source: string, at: number): Argument | null {
  if (source.charAt(at) !== '[') return null;
  const end = closing(source, at, '[', ']', maxOption);
  return end < 0 ? null : { text: source.slice(at + 1, end), end: end + 1 };
}

const maxGroup = 200_000;
const maxOption = 1000;

function closing(source: string, at: number, open: string, close: string, most: number): number {
  let depth = 0;
  for (let index = at; index < source.length && index - at < most; index += 1) {
    const character = source[index];
    if (character === '\\') index += 1;
    else if (character === open) depth += 1;
    else if (character === close) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

const definition =
  /\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|def)\*?\s*\{?\\([A-Za-z]{1,60})\}?\s*(?:\[(\d)\])?(?:\[[^\]]{0,200}\])?\s*(?=\{)/g;

/** Returns the macros that a document defines. */
export function macrosOf(source: string): ReadonlyMap<string, Macro> {
  const macros = new Map<string, Macro>();
  for (const match of source.matchAll(definition)) {
    const body = argumentAt(source, match.index + match[0].length);
    if (body !== null && body.text.length < 2000 && macros.size < 2000)
      macros.set(match[1] ?? '', { parameters: Number(match[2] ?? 0), body: body.text });
  }
  return macros;
}

/** Removes the definitions themselves. */
export function withoutDefinitions(source: string): string {
  let text = '';
  let last = 0;
  for (const match of source.matchAll(definition)) {
    const body = argumentAt(source, match.index + match[0].length);
    if (body === null || match.index < last) continue;
    text += source.slice(last, match.index);
    last = body.end;
  }
  return text + source.slice(last);
}

const wrapper = /\\(?:hypertarget|hyperdef)(?=\{)/g;

/** Replaces the targets of links by the text that they wrap, up to whole headings: `\hypertarget{id}{\section{A}}`. */
export function withoutTargets(source: string): string {
  let text = '';
  let last = 0;
  for (const match of source.matchAll(wrapper)) {
    const name = argumentAt(source, match.index + match[0].length);
    const wrapped = name === null ? null : argumentAt(source, name.end);
    if (wrapped === null || match.index < last) continue;
    text += source.slice(last, match.index) + wrapped.text;
    last = wrapped.end;
  }
  return text + source.slice(last);
}
