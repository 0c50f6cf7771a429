import { stemsOf } from '../../shared/stems.ts';
import { estimateTokens } from '../../shared/tokens.ts';

/** One thing that is remembered of an end user. */
export interface Fact {
  readonly id: string;
  readonly text: string;
  readonly confidence: number;
}

/** Tokens of the delimiters and the notice, and of the mark of a line. */
const envelope = 40;
const perFact = 2;

const tokensOf = ({ text }: Fact): number => estimateTokens(text) + perFact;

export const tokensOfFacts = (facts: readonly Fact[]): number =>
  facts.length === 0 ? 0 : facts.reduce((sum, fact) => sum + tokensOf(fact), envelope);

/**
 * Returns the facts for a prompt, oldest first: all that fit into the budget, and of more the ones that share words with the question,
 * then the more certain, then the newer. `facts` is newest first.
 */
export function chooseFacts(facts: readonly Fact[], question: string, budget: number): Fact[] {
  if (tokensOfFacts(facts) <= budget) return [...facts].reverse();
  const asked = new Set(stemsOf(question));
  const shared = (text: string) => new Set(stemsOf(text).filter((stem) => asked.has(stem))).size;
  const ranked = facts
    .map((fact, age) => ({ fact, age, shared: shared(fact.text) }))
    .sort((a, b) => b.shared - a.shared || b.fact.confidence - a.fact.confidence || a.age - b.age);
  let left = budget - envelope;
  const chosen = ranked.filter(({ fact }) => {
    const fits = tokensOf(fact) <= left;
    if (fits) left -= tokensOf(fact);
    return fits;
  });
  return chosen.sort((a, b) => b.age - a.age).map(({ fact }) => fact);
}
