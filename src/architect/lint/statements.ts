import { stemsOf } from '../../shared/stems.ts';
import { contentWords } from '../../shared/words.ts';

/** One sentence, or list item, of instructions. */
export interface InstructionStatement {
  readonly text: string;
  /** It forbids something. */
  readonly forbids: boolean;
  /** The stems of its words, without those that command or forbid. */
  readonly stems: ReadonlySet<string>;
}

/** Sentences that are compared with one another; later ones are not. */
const maxStatements = 400;

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });

const prohibition =
  /\b(?:never|do not|don[’']?t|must not|mustn[’']?t|should not|shouldn[’']?t|may not|avoid|refuse to|nie|niemals|nicht|keine?[nmrs]?|ne \p{L}+(?: \p{L}+)? pas|jamais|nunca|jamás|no debes?|mai|niet|nooit|никогда|не)(?!\p{L})|(?:ない|禁止|しないで|不要|不得|禁止|不能|하지 마|마세요|마십시오|금지)|(?:^|\s)(?:لا|ممنوع)(?=\s)/iu;

/** Words that command or forbid, in the languages of `prohibition`. */
const commands = new Set(
  'always never must not dont don do please should shall avoid refuse immer nie niemals nicht kein keine keinen soll sollen muss toujours jamais pas siempre nunca sempre mai altijd nooit niet всегда никогда не دائما لا'.split(
    ' ',
  ),
);

/** Splits instructions into statements; headings are none. */
export function statementsOf(instructions: string): InstructionStatement[] {
  const texts = instructions
    .split('\n')
    .filter((line) => !/^\s*#{1,6}\s/.test(line))
    .flatMap((line) => [...sentences.segment(line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, ''))])
    .map(({ segment }) => segment.trim())
    .filter((text) => /\p{L}{2}/u.test(text));
  return texts.slice(0, maxStatements).map((text) => ({
    text,
    forbids: prohibition.test(text),
    stems: new Set(
      contentWords(text)
        .filter((word) => !commands.has(word))
        .flatMap(stemsOf),
    ),
  }));
}

/** Returns the share of stems that two statements have in common, from 0 to 1. */
export function likeness(one: InstructionStatement, other: InstructionStatement): number {
  const shared = [...one.stems].filter((stem) => other.stems.has(stem)).length;
  const all = one.stems.size + other.stems.size - shared;
  return all === 0 ? 0 : shared / all;
}
