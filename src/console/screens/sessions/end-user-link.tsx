import { Link } from 'wouter';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';

/** The person, with the way to what else is known of them, and to export and erasure. */
export function EndUserLink({ id }: { readonly id: string | null }) {
  const mayRead = useCan('end-users:read');
  if (id === null) return '–';
  if (!mayRead) return id;
  return <Link href={placeOf(`/settings/end-users/people/${encodeURIComponent(id)}`)}>{id}</Link>;
}
