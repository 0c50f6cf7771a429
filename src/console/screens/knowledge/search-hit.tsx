import { Link } from 'wouter';
import type { SearchHit } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { useFormat } from '../../ui/format.ts';
import { usePlaces } from './places.ts';

/** A passage with the rank and score that each way of searching gave it. */
export function SearchHitView({
  hit,
  rank,
  mode,
}: {
  readonly hit: SearchHit;
  readonly rank: number;
  readonly mode: string;
}) {
  const texts = useTexts(searchTexts);
  const { number } = useFormat();
  const places = usePlaces();
  const { base_id, file_id, file_name, page, start, end, revision, heading, text } = hit;
  const two = (value: number) => number(Math.round(value * 100) / 100);
  const leg = (place: number | null, score: string | null, isUsed: boolean) =>
    place === null
      ? isUsed
        ? texts.notFound
        : texts.notUsed
      : `${texts.place(place)}${score === null ? '' : `, ${score}`}`;
  const legs = [
    [
      texts.words,
      leg(
        hit.keyword_rank,
        hit.keyword_score === null ? null : texts.closeness(two(hit.keyword_score)),
        mode !== 'vector',
      ),
    ],
    [
      texts.meaning,
      leg(
        hit.vector_rank,
        hit.vector_score === null ? null : texts.similarity(two(hit.vector_score)),
        mode === 'vector',
      ),
    ],
    [texts.fused, mode === 'hybrid' ? two(hit.fused_score) : texts.notUsed],
    [texts.reranked, hit.rerank_score === null ? texts.notUsed : two(hit.rerank_score)],
  ] as const;
  const to = places.file(base_id, file_id, { page, start, end });
  return (
    <li className="card knowledge-hit">
      <header>
        <span className="knowledge-rank" aria-hidden="true">
          {rank}
        </span>
        <div className="page-heading">
          <h2>
            <span className="visually-hidden">{texts.rank(rank)}: </span>
            <Link href={to}>{file_name}</Link>
          </h2>
          <p className="small muted">
            {[page === null ? null : texts.page(page), heading, `r${revision}`]
              .filter((one) => one !== null)
              .join(' · ')}
          </p>
        </div>
        <strong className="number">{texts.scoreOf(two(hit.score))}</strong>
      </header>
      <p className="knowledge-hit-text">{text}</p>
      <dl className="knowledge-legs">
        {legs.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Link href={to} className="small">
        {page === null ? texts.openText : texts.open}
      </Link>
    </li>
  );
}
