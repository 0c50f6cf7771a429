import type { Call } from './protocol.ts';

/**
 * A ranking by the number of words of the query in each document, as Cohere and the servers that
 * speak its protocol answer it, or as Voyage AI does.
 */
export function answerReranking({ id, body, model }: Call, service: 'cohere' | 'voyage'): unknown {
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
  return service === 'cohere'
    ? { id, results: ranking, meta: { billed_units: { search_units: 1 } } }
    : { object: 'list', data: ranking, model, usage: { total_tokens: 12 } };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
