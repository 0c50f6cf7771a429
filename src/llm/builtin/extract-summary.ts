import { estimateTokens } from '../../shared/tokens.ts';
import { contentWords, isAskingWord } from '../../shared/words.ts';
import type { ConversationMessage } from '../conversation.ts';

interface Candidate {
  readonly line: string;
  readonly words: ReadonlySet<string>;
  readonly score: number;
  readonly is_fact: boolean;
  readonly order: number;
}

const sentenceSegments = new Intl.Segmenter('und', { granularity: 'sentence' });
const labels = { user: 'User', assistant: 'Assistant' } as const;
/** Share of common words above which a line repeats another. */
const sameness = 0.6;
/** Maximum number of sentences that are scored, newest first. */
const maxCandidates = 1500;
/** Factor on lines of the previous summary, so that the beginning of a conversation does not fill the summary. */
const fading = 0.85;

/**
 * Returns a summary by rule: the most relevant sentences of a conversation in order, one per line, each
 * with its speaker. Words are weighted by frequency; sentences of users, and sentences with numbers and
 * names, count more. Statements of users about themselves and decisions come first, up to half of the
 * limit. Repetitions are omitted.
 */
export function extractSummary(
  previous: string,
  messages: readonly ConversationMessage[],
  max_tokens: number,
): string {
  const before = previous.split('\n').filter((line) => line.trim() !== '');
  const sentences = messages.flatMap(sentencesOf);
  const all = [...before.map((line) => ({ line, weight: fading })), ...sentences].slice(
    -maxCandidates,
  );
  const counts = countWords(all.map(({ line }) => line));
  const candidates = all.map(({ line, weight }, order): Candidate => {
    const words = new Set(subjectWords(line));
    const relevance = [...words].reduce((sum, word) => sum + Math.log1p(counts.get(word) ?? 0), 0);
    const is_fact = isFact(line);
    // Facts keep their weight in later summaries.
    const worth = is_fact ? Math.max(1, weight) : weight;
    return {
      line,
      words,
      order,
      is_fact,
      score: (worth * relevance) / Math.sqrt(Math.max(3, words.size)),
    };
  });
  return choose(candidates, max_tokens)
    .sort((a, b) => a.order - b.order)
    .map(({ line }) => line)
    .join('\n');
}

/** Chooses the best sentences within the limit, without repetitions. */
function choose(candidates: readonly Candidate[], max_tokens: number): Candidate[] {
  const chosen: Candidate[] = [];
  let used = 0;
  const fill = (from: readonly Candidate[], limit: number) => {
    for (const candidate of from) {
      const tokens = estimateTokens(`${candidate.line}\n`);
      if (
        candidate.score <= 0 ||
        used + tokens > limit ||
        chosen.some((one) => overlap(one.words, candidate.words) > sameness)
      )
        continue;
      chosen.push(candidate);
      used += tokens;
      if (limit - used < 8) break;
    }
  };
  const best = [...candidates].sort((a, b) => b.score - a.score || b.order - a.order);
  fill(
    best.filter(({ is_fact }) => is_fact),
    max_tokens / 2,
  );
  fill(best, max_tokens);
  return chosen;
}

/** First-person words in common languages. */
const self =
  /(?<![\p{L}\p{N}])(?:i|i['’]m|i['’]ve|my|we|our|ich|mein\p{L}*|wir|unser\p{L}*|je|j['’]ai|mon|ma|mes|nous|yo|soy|tengo|mi|mis|eu|meu|minha|io|sono|mio|mia)(?![\p{L}\p{N}])|我|私|僕|俺|ฉัน|ผม|ดิฉัน/iu;
const decided =
  /(?<![\p{L}])(?:decided|agreed|confirmed|booked|chosen|deadline|entschieden|beschlossen|vereinbart|gebucht|décidé|convenu|decidido|acordado)(?![\p{L}])|决定|確定|決定/iu;
const isQuestion = /[?\uff1f؟]\s*$/u;

/** Returns true for a statement of users about themselves, and for a decision. */
const isFact = (line: string): boolean =>
  !isQuestion.test(line) &&
  (decided.test(line) ||
    (line.startsWith(`${labels.user}: `) && self.test(line.slice(labels.user.length + 2))));

/** Returns the sentences of a message without its code, with speaker and weight. */
function sentencesOf({ role, text }: ConversationMessage): { line: string; weight: number }[] {
  const prose = text.replace(/```[\s\S]*?(?:```|$)/g, '\n').replace(/\s?\[\d{1,3}\]/g, '');
  const sentences = prose
    .split(/\n+/)
    .flatMap((line) => [...sentenceSegments.segment(line)].map(({ segment }) => segment.trim()));
  return sentences
    .filter((sentence) => subjectWords(sentence).length > 1)
    .map((sentence, index) => {
      const clean = sentence.replace(/^[#>*\-\s]+/, '').slice(0, 400);
      // Statements of users count more than their questions, whose words the answer repeats.
      const speaker = role === 'user' && !isQuestion.test(clean) ? 1.4 : 1;
      const first = index === 0 ? 1.15 : 1;
      const telling = (/\p{N}/u.test(clean) ? 1.2 : 1) * (/\s\p{Lu}\p{Ll}/u.test(clean) ? 1.1 : 1);
      return { line: `${labels[role]}: ${clean}`, weight: speaker * first * telling };
    });
}

const subjectWords = (line: string): string[] =>
  contentWords(line.replace(/^(?:User|Assistant): /, '')).filter((word) => !isAskingWord(word));

function countWords(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines)
    for (const word of new Set(subjectWords(line))) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const word of a) if (b.has(word)) both += 1;
  return both / Math.max(1, Math.min(a.size, b.size));
}
