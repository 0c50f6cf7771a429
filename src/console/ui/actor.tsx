import { api } from '../api/api.ts';
import { useCan } from '../app/session.tsx';

/** Who did something: the name of a member or a key, as far as the viewer may know it; else the id. */
export function Actor({ id }: { readonly id: string | null }) {
  const query = { params: { query: { limit: 100 } } } as const;
  const people = api.useQuery('get', '/api/v1/members', query, {
    enabled: useCan('members:read'),
    staleTime: 300_000,
  });
  const keys = api.useQuery('get', '/api/v1/api-keys', query, {
    enabled: useCan('keys:read'),
    staleTime: 300_000,
  });
  if (id === null) return '–';
  const known = [...(people.data?.data ?? []), ...(keys.data?.data ?? [])];
  return known.find((one) => one.id === id)?.name ?? <code>{id}</code>;
}
