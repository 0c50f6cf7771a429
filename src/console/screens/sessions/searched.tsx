import type { RunStep } from '../../../client/index.ts';
import { CitedPassage } from '../../chat/cited-passage.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { useFormat } from '../../ui/format.ts';

interface Hit {
  readonly chunk_id: string;
  readonly score: number;
  readonly keyword_rank?: number | null;
  readonly vector_rank?: number | null;
  readonly fused_score?: number;
  readonly rerank_score?: number | null;
}

interface Passage {
  readonly chunk_id: string;
  readonly base_id: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly page: number | null;
  readonly start: number;
  readonly end: number;
  readonly revision: number;
  readonly text: string;
}

/** What a search recorded. */
export interface Searched {
  readonly queries: readonly string[];
  readonly hits: readonly Hit[];
  readonly passages: readonly Passage[];
  readonly confidence: number | null;
  readonly coverage: 'full' | 'partial' | 'none' | null;
}

/** Returns what a search step recorded; null for other steps, and for one that only named chunks. */
export function searchedBy({ type, input, output }: RunStep): Searched | null {
  const { queries = [] } = (input ?? {}) as Partial<Searched>;
  const found = (output ?? {}) as Partial<Searched>;
  const { hits, passages, confidence = null, coverage = null } = found;
  if (type !== 'retrieval' || hits === undefined || passages === undefined) return null;
  return { queries, hits, passages, confidence, coverage };
}

/** The passages that a search found, with the way to each, and why it is at its rank. */
export function SearchedPassages({
  searched: { queries, hits, passages, confidence, coverage },
}: {
  readonly searched: Searched;
}) {
  const texts = useTexts(sessionTexts);
  const search = useTexts(searchTexts);
  const { number, percent } = useFormat();
  const two = (value: number) => number(Math.round(value * 100) / 100);
  const placesOf = (hit: Hit) =>
    [
      search.scoreOf(two(hit.score)),
      ...(hit.keyword_rank == null ? [] : [`${search.words}: ${search.place(hit.keyword_rank)}`]),
      ...(hit.vector_rank == null ? [] : [`${search.meaning}: ${search.place(hit.vector_rank)}`]),
      ...(hit.rerank_score == null ? [] : [`${search.reranked}: ${two(hit.rerank_score)}`]),
    ].join(' · ');
  return (
    <>
      <section>
        <h3>{texts.searchedFor}</h3>
        {queries.map((query) => (
          <p key={query} className="message-text">
            {query}
          </p>
        ))}
      </section>
      <section>
        <h3>{search.found(hits.length)}</h3>
        {coverage !== null && (
          <p className="muted">
            {search.coverage[coverage]} ({search.confidence(percent(confidence))}).
          </p>
        )}
        <ol className="searched">
          {passages.map((passage, index) => {
            const hit = hits.find((one) => one.chunk_id === passage.chunk_id);
            return (
              <li key={passage.chunk_id} className="quote">
                <CitedPassage citation={citationOf(passage, index + 1)} />
                {hit !== undefined && (
                  <p className="small muted">
                    {search.rank(index + 1)} · {placesOf(hit)}
                  </p>
                )}
              </li>
            );
          })}
        </ol>
      </section>
    </>
  );
}

/** A passage as an answer would cite it. */
const citationOf = ({ text, ...place }: Passage, number: number) => ({
  ...{ type: 'file' as const, number, quote: text, page_size: null, boxes: null },
  ...place,
});
