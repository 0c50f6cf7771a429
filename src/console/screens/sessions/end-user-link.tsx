import { Link } from 'wouter';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { EndUserName } from '../../ui/end-user-name.tsx';

/** The person, with the way to what else is known of them, and to export and erasure. */
export function EndUserLink({ id }: { readonly id: string | null }) {
  const mayRead = useCan('end-users:read');
  if (id === null) return '–';
  if (!mayRead) return <EndUserName id={id} />;
  return (
    <Link href={placeOf(`/settings/end-users/people/${encodeURIComponent(id)}`)}>
      <EndUserName id={id} />
    </Link>
  );
}
