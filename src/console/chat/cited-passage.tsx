import { Link } from 'wouter';
import type { Citation } from '../../client/index.ts';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';
import { placeOfCitation } from '../ui/place-of-citation.ts';

/** What is cited, as text, and the way to its page, where the passage is marked. */
export function CitedPassage({ citation }: { readonly citation: Citation }) {
  const texts = useTexts(chatTexts);
  return (
    <>
      <blockquote>{citation.quote}</blockquote>
      {citation.type === 'file' ? (
        <Link href={placeOfCitation(citation)}>
          {citation.file_name}
          {citation.page !== null && `, ${texts.page(citation.page)}`}
        </Link>
      ) : (
        // Text, since addresses in answers do not open by themselves.
        <span>
          {citation.title} <span className="muted small">{citation.url}</span>
        </span>
      )}
    </>
  );
}
