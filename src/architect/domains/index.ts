import { stemsOf } from '../../shared/stems.ts';
import { foldText } from '../../shared/words.ts';
import { commerce } from './commerce.ts';
import type { Domain } from './domain.ts';
import { services } from './services.ts';
import { society } from './society.ts';
import { technical } from './technical.ts';
import { workplace } from './workplace.ts';

export type { Domain } from './domain.ts';

const domains: readonly Domain[] = [
  ...commerce,
  ...workplace,
  ...society,
  ...services,
  ...technical,
];

const [general] = technical.slice(-1) as [Domain];

/** Scripts without spaces, or with prefixes on words: their words are searched within the text. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Arabic}]/u;

interface Cue {
  readonly domain: Domain;
  readonly text: string;
  /** Null for a text that is searched as it is. */
  readonly stems: readonly string[] | null;
}

let cues: readonly Cue[] | null = null;

const allCues = (): readonly Cue[] =>
  domains.flatMap((domain) =>
    domain.words.split(' ').flatMap((word): Cue[] => {
      const text = foldText(word.replaceAll('_', ' ')).trim();
      if (text === '') return [];
      return [{ domain, text, stems: unspaced.test(text) ? null : stemsOf(text) }];
    }),
  );

/**
 * Returns the field whose words occur most often in a description; phrases and rare words count more. `general`
 * without any.
 */
export function domainOf(description: string): Domain {
  cues ??= allCues();
  const text = foldText(description);
  const stems = new Set(stemsOf(description));
  const scores = new Map<Domain, number>();
  for (const { domain, text: cue, stems: wanted } of cues) {
    const isFound =
      wanted === null
        ? text.includes(cue)
        : wanted.length > 0 && wanted.every((one) => stems.has(one));
    if (isFound) scores.set(domain, (scores.get(domain) ?? 0) + (cue.includes(' ') ? 2 : 1));
  }
  const [best] = [...scores].sort(([, a], [, b]) => b - a);
  return best?.[0] ?? general;
}
