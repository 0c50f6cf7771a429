import type { Citation } from '../../client/index.ts';
import { placeOf } from '../app/places.ts';

/** Where the passage is shown that an answer cites: on its page, as it was then. */
export function placeOfCitation(citation: Extract<Citation, { type: 'file' }>): string {
  const { file_id, page, start, end, revision } = citation;
  const known = Object.entries({ page, start, end, revision }).filter(
    ([, value]) => value !== null,
  );
  const search = new URLSearchParams(known.map(([name, value]) => [name, `${value}`]));
  return placeOf(`/knowledge/files/${file_id}?${search}`);
}
