import { languageOf } from './builtin/languages.ts';
import { unanswerableCues } from './lint/cues.ts';

const apology =
  /\b(?:sorry|apologi[sz]e|unable|can(?:no|’|')t|not able|outside (?:of )?my|out of scope|leider|désolé|lo siento)\b|申し訳|抱歉|죄송|عذر|آسف/iu;

/** Returns true if an answer says that it is none. */
export const declines = (answer: string): boolean =>
  apology.test(answer) || (unanswerableCues[languageOf(answer)]?.test(answer) ?? false);
