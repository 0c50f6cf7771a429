import { contentWords, words } from '../shared/words.ts';

/** Words that refer to earlier messages. */
const referring = new Set(
  [
    'it its they them their theirs this that these those he him his she her hers there one ones same such',
    'er sie es ihn ihm ihr ihre ihnen sein seine das dies diese dieser dieses dafür davon damit dort',
    'il elle ils elles lui leur ceci cela ça celui celle ceux y en le la',
    'él ella ello ellos ellas eso esto ese esa aquel allí lo',
    '它 它们 他 她 他们 这 那 这个 那个 这些 那些 呢 มัน นี้ นั้น เขา',
  ].flatMap((line) => line.split(' ')),
);
/** Openings that continue an earlier question. */
const continuing =
  /^\s*(?:and|but|or|so|also|what about|how about|und|aber|oder|et|mais|ou|y|pero|e|ma|那|还有|แล้ว)(?=[\s,]|\p{Script=Han})/iu;

/** Maximum content words of a follow-up question; longer questions name their subject. */
const maxContentWords = 3;

/** Returns true for a question that depends on the one before it: it is short and refers to or continues an earlier message. */
export function isFollowUp(question: string): boolean {
  if (contentWords(question).length > maxContentWords) return false;
  return continuing.test(question) || words(question).some((word) => referring.has(word));
}

/**
 * Returns true for a question that a model can make clearer: it may depend on earlier messages, or asks several
 * things. More questions than `isFollowUp`, since a model leaves the others as they are.
 */
export function needsContext(question: string, isFirst: boolean): boolean {
  if ((question.match(/[?？؟]/g) ?? []).length > 1) return true;
  if (isFirst) return false;
  const isShort = contentWords(question).length < maxContentWords;
  return (
    isShort || continuing.test(question) || words(question).some((word) => referring.has(word))
  );
}
