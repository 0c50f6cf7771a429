import { useState } from 'react';
import type { Citation } from '../../client/index.ts';
import { Markdown } from '../ui/markdown.tsx';
import { CitedPassage } from './cited-passage.tsx';

/** An answer whose numbers open what they cite below it, with the way to its place. */
export function CitedText({
  text,
  citations,
  hasSources = false,
}: {
  readonly text: string;
  readonly citations: readonly Citation[];
  /** Lists the sources below, too. */
  readonly hasSources?: boolean;
}) {
  const [shown, setShown] = useState<number | null>(null);
  const toggle = (number: number) => setShown(shown === number ? null : number);
  const cited = citations.find(({ number }) => number === shown);
  return (
    <>
      <Markdown
        text={text}
        cite={(number) => {
          const citation = citations.find((one) => one.number === number);
          return citation === undefined ? null : (
            <CitationChip
              citation={citation}
              isOpen={shown === number}
              onCite={() => toggle(number)}
            />
          );
        }}
      />
      {cited !== undefined && (
        <figure className="quote">
          <CitedPassage citation={cited} />
        </figure>
      )}
      {hasSources && citations.length > 0 && (
        <ul className="chips sources">
          {citations.map((citation) => (
            <li key={citation.number}>
              <button
                type="button"
                className="badge source"
                aria-expanded={shown === citation.number}
                onClick={() => toggle(citation.number)}
              >
                {citation.number} · {nameOf(citation)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const nameOf = (citation: Citation): string =>
  citation.type === 'file' ? citation.file_name : citation.title || citation.url;

/** `[1]`: opens what it cites, and names it. */
function CitationChip({
  citation,
  isOpen,
  onCite,
}: {
  readonly citation: Citation;
  readonly isOpen: boolean;
  readonly onCite: () => void;
}) {
  return (
    <button
      type="button"
      className="citation"
      title={`${nameOf(citation)}: ${citation.quote}`}
      aria-label={`${citation.number}: ${nameOf(citation)}`}
      aria-expanded={isOpen}
      onClick={onCite}
    >
      {citation.number}
    </button>
  );
}
