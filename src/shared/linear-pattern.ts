import { parsePattern, type Term, UnsupportedPatternError } from './json-schema/index.ts';

/** Instructions of a compiled pattern; a pattern with more is not accepted. */
const maxProgram = 2000;
/** Instructions times characters of one match. */
const maxSteps = 4_000_000;

type Instruction =
  | { readonly type: 'character'; readonly matches: (character: string) => boolean }
  | { readonly type: 'assertion'; readonly source: string }
  | { readonly type: 'split'; readonly to: readonly number[] }
  | { readonly type: 'end' };

export interface PatternFlags {
  /** Letters of `i`, `m` and `s`. */
  readonly flags?: string;
  /** The pattern matches the whole text. */
  readonly isWhole?: boolean;
}

/** Returns why a pattern is not accepted, or null. */
export function linearPatternProblem(pattern: string, flags = ''): string | null {
  try {
    compile(pattern, flags);
    return null;
  } catch (error) {
    if (error instanceof UnsupportedPatternError) return error.message;
    throw error;
  }
}

/**
 * Returns true if a pattern matches in a text, null if the text is too long for the pattern. Takes time proportional to the
 * length of the text for every pattern, since all paths are followed at once (Thompson 1968). The syntax is that of ECMA-262 with
 * the flag `u`, without backreferences, look-around and modifiers. Throws `UnsupportedPatternError`.
 */
export function matchesLinearly(
  pattern: string,
  text: string,
  { flags = '', isWhole = false }: PatternFlags = {},
): boolean | null {
  const program = compile(pattern, flags);
  if (program.length * text.length > maxSteps) return null;
  const characters = [...text];
  let states = new States(program.length);
  let next = new States(program.length);
  for (let at = 0; at <= characters.length; at += 1) {
    if (!isWhole || at === 0) states.add(0);
    follow(program, states, characters, at, flags);
    const isEnd = states.has(program.length - 1);
    if (isEnd && (!isWhole || at === characters.length)) return true;
    const character = characters[at];
    if (character === undefined) return false;
    next.clear();
    for (let index = 0; index < states.size; index += 1) {
      const state = states.at(index);
      const instruction = program[state];
      if (instruction?.type === 'character' && instruction.matches(character)) next.add(state + 1);
    }
    [states, next] = [next, states];
  }
  return false;
}

/** A set of states in the order of insertion, cleared in constant time. */
class States {
  size = 0;
  readonly #list: Uint32Array;
  readonly #places: Uint32Array;

  constructor(length: number) {
    this.#list = new Uint32Array(length);
    this.#places = new Uint32Array(length);
  }

  at(index: number): number {
    return this.#list[index] ?? 0;
  }

  has(state: number): boolean {
    const place = this.#places[state] ?? 0;
    return place < this.size && this.#list[place] === state;
  }

  add(state: number): void {
    if (this.has(state)) return;
    this.#places[state] = this.size;
    this.#list[this.size] = state;
    this.size += 1;
  }

  clear(): void {
    this.size = 0;
  }
}

/** Adds the states that are reached without reading a character. */
function follow(
  program: readonly Instruction[],
  states: States,
  characters: readonly string[],
  at: number,
  flags: string,
): void {
  for (let index = 0; index < states.size; index += 1) {
    const state = states.at(index);
    const instruction = program[state];
    if (instruction?.type === 'split') for (const to of instruction.to) states.add(to);
    else if (instruction?.type === 'assertion' && holds(instruction.source, characters, at, flags))
      states.add(state + 1);
  }
}

const isLineEnd = (character: string | undefined) =>
  character !== undefined && /[\n\r\u2028\u2029]/.test(character);

function holds(source: string, characters: readonly string[], at: number, flags: string): boolean {
  const before = characters[at - 1];
  const after = characters[at];
  const isMultiline = flags.includes('m');
  if (source === '^') return before === undefined || (isMultiline && isLineEnd(before));
  if (source === '$') return after === undefined || (isMultiline && isLineEnd(after));
  const isWord = flags.includes('i') ? /\w/iu : /\w/u;
  const isBoundary = isWord.test(before ?? '') !== isWord.test(after ?? '');
  return source === '\\b' ? isBoundary : !isBoundary;
}

function compile(pattern: string, flags: string): readonly Instruction[] {
  const mode = `u${flags.replaceAll('m', '')}`;
  try {
    new RegExp(pattern, mode);
  } catch {
    throw new UnsupportedPatternError(
      'The pattern is not a valid regular expression (ECMA-262 with the flag u).',
    );
  }
  let alternatives: ReturnType<typeof parsePattern>;
  try {
    alternatives = parsePattern(pattern);
  } catch (error) {
    if (!(error instanceof UnsupportedPatternError)) throw error;
    throw new UnsupportedPatternError(
      `The pattern uses syntax that is not supported: ${error.message}.`,
    );
  }
  const program: Instruction[] = [];
  writeChoice(program, alternatives, mode);
  push(program, { type: 'end' });
  return program;
}

function push(program: Instruction[], instruction: Instruction): number {
  if (program.length >= maxProgram)
    throw new UnsupportedPatternError(
      'The pattern is too large. Use smaller numbers of repetitions.',
    );
  return program.push(instruction) - 1;
}

type Alternatives = readonly (readonly Term[])[];

function writeChoice(program: Instruction[], alternatives: Alternatives, mode: string): void {
  const [first = [], ...rest] = alternatives;
  if (rest.length === 0) {
    for (const term of first) writeTerm(program, term, mode);
    return;
  }
  const split = push(program, { type: 'split', to: [] });
  const starts: number[] = [];
  const exits: number[] = [];
  for (const terms of alternatives) {
    starts.push(program.length);
    for (const term of terms) writeTerm(program, term, mode);
    exits.push(push(program, { type: 'split', to: [] }));
  }
  program[split] = { type: 'split', to: starts };
  for (const exit of exits) program[exit] = { type: 'split', to: [program.length] };
}

/** Counted repetitions are written out. */
function writeTerm(program: Instruction[], { body, min, max }: Term, mode: string): void {
  const start = program.length;
  for (let times = 0; times < min; times += 1) {
    writeBody(program, body, mode);
    if (program.length === start) return;
  }
  if (max === Number.POSITIVE_INFINITY) {
    const split = push(program, { type: 'split', to: [] });
    writeBody(program, body, mode);
    push(program, { type: 'split', to: [split] });
    program[split] = { type: 'split', to: [split + 1, program.length] };
    return;
  }
  const splits: number[] = [];
  for (let times = min; times < max; times += 1) {
    splits.push(push(program, { type: 'split', to: [] }));
    writeBody(program, body, mode);
  }
  for (const split of splits) program[split] = { type: 'split', to: [split + 1, program.length] };
}

function writeBody(program: Instruction[], body: Term['body'], mode: string): void {
  if (body.type === 'group') writeChoice(program, body.alternatives, mode);
  else if (body.type === 'assertion') push(program, { type: 'assertion', source: body.source });
  else push(program, { type: 'character', matches: characterTest(body.atom.source, mode) });
}

const isLiteral = /^[^\\[.]$/u;

/** Tests one character against a class by the engine of the platform, which takes constant time for one character. */
function characterTest(source: string, mode: string): (character: string) => boolean {
  if (isLiteral.test(source) && !mode.includes('i')) return (character) => character === source;
  const test = new RegExp(`^(?:${source})$`, mode);
  let last = '';
  let matches = test.test(last);
  return (character) => {
    if (character === last) return matches;
    last = character;
    matches = test.test(character);
    return matches;
  };
}
