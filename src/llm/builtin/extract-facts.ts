/** A sentence of a person about themselves. */
export interface StatedFact {
  /** The whole sentence. */
  readonly text: string;
  /** The subject, such as a name, where a new fact replaces the last; null where facts add up. */
  readonly topic: string | null;
}

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });
/** Characters of a message that are read, and of a fact that is kept. */
const looked = 6000;
export const maxFactChars = 300;
/** Facts of one message. */
const maxFacts = 5;

/** Beginnings of sentences in which people say something about themselves. Without a model nothing else is recognized. */
const patterns: readonly { readonly topic: string | null; readonly says: RegExp }[] = [
  {
    topic: 'name',
    says: /(?:^|[^\p{L}])(?:my name is|please call me|ich hei(?:ß|ss)e|mein name ist|je m['’]appelle|mon nom est|me llamo|mi nombre es|mi chiamo) +\p{L}/iu,
  },
  {
    topic: 'home',
    says: /(?:^|[^\p{L}])(?:i live (?:in|at|near)|ich (?:wohne|lebe) in|j['’]habite (?:à|en|au|aux)|vivo en|abito a) +[\p{L}\d]/iu,
  },
  {
    topic: 'work',
    says: /(?:^|[^\p{L}])(?:i work (?:as|at|for|in)|ich arbeite (?:als|bei|für)|je travaille (?:comme|chez|pour)|trabajo (?:como|en|para)|lavoro (?:come|per)) +[\p{L}\d]/iu,
  },
  {
    topic: null,
    says: /(?:^|[^\p{L}])(?:i am allergic to|i['’]m allergic to|ich bin allergisch gegen|je suis allergique (?:à|au|aux)|soy alérgic[oa] a|sono allergic[oa] a) +\p{L}/iu,
  },
  {
    topic: null,
    says: /(?:^|[^\p{L}])(?:i (?:always |much )?prefer|ich bevorzuge|je préfère|prefiero|preferisco) +[\p{L}\d]/iu,
  },
  {
    topic: null,
    says: /^\W*(?:please )?(?:remember that|bitte merke? dir|merke? dir|souviens-toi que|souvenez-vous que|recuerda que|ricorda che)[ ,:]+[\p{L}\d]/iu,
  },
];

/** Returns what a person says about themselves in a message, by rule: sentences in English, French, German, Italian and Spanish. */
export function extractFacts(text: string): StatedFact[] {
  const found: StatedFact[] = [];
  for (const { segment } of sentences.segment(text.slice(0, looked))) {
    const sentence = segment.replace(/\s+/g, ' ').trim();
    if (sentence.length > maxFactChars || /[?？]$/.test(sentence)) continue;
    const pattern = patterns.find(({ says }) => says.test(sentence));
    if (pattern !== undefined) found.push({ text: sentence, topic: pattern.topic });
    if (found.length === maxFacts) break;
  }
  return found;
}

/** Returns true if a stored sentence is about the same single thing, so that the new one replaces it. */
export const isAbout = (topic: string, text: string): boolean =>
  extractFacts(text).some((one) => one.topic === topic);
