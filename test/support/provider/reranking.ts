import type { Call } from './protocol.ts';
import type { Script } from './script.ts';

/**
 * A ranking by the number of words of the query in each document, as Cohere and the servers that
 * speak its protocol answer it, or as Voyage AI does.
 */
export function answerReranking(
  { id, body, model }: Call,
  service: 'cohere' | 'voyage',
  answers?: Script['reranking'],
): unknown {
  const wanted = wordsOf(body.query);
  const ranking = (body.documents as string[])
    .map((document, index) => {
      const found = wordsOf(document);
      return {
        index,
        relevance_score: wanted.filter((word) => found.includes(word)).length / wanted.length,
      };
    })
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, body.top_n ?? body.top_k ?? Number.POSITIVE_INFINITY);
  const [first] = ranking;
  if (answers === 'worst-first') ranking.reverse();
  if (answers === 'none') ranking.length = 0;
  if (answers === 'first-only') ranking.length = 1;
  if (answers === 'another') ranking.push({ index: body.documents.length, relevance_score: 1 });
  if (answers === 'repeated' && first !== undefined) ranking.push(first);
  return service === 'cohere'
    ? { id, results: ranking, meta: { billed_units: { search_units: 1 } } }
    : { object: 'list', data: ranking, model, usage: { total_tokens: 12 } };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
