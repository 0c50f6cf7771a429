import { Link } from 'wouter';
import type { Citation } from '../../client/index.ts';
import { placeOf } from '../app/places.ts';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';

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
        <span>{citation.title || citation.url}</span>
      )}
    </>
  );
}

/** The page as it was when it was cited. */
function placeOfCitation({
  file_id,
  page,
  start,
  end,
  revision,
}: Extract<Citation, { type: 'file' }>): string {
  const search = new URLSearchParams({ start: String(start), end: String(end) });
  if (page !== null) search.set('page', String(page));
  if (revision !== null) search.set('revision', String(revision));
  return placeOf(`/knowledge/files/${file_id}?${search}`);
}
