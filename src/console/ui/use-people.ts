import { useCallback } from 'react';
import { api } from '../api/api.ts';
import { useCan, useSession } from '../app/session.tsx';

/** Returns the name behind the id of an actor, as far as the viewer may know it. */
export function usePeople(words: {
  readonly you: string;
  readonly system: string;
}): (id: string | null) => string {
  const { member } = useSession();
  const query = { params: { query: { limit: 100 } } } as const;
  const members = api.useQuery('get', '/api/v1/members', query, {
    enabled: useCan('members:read'),
    staleTime: 300_000,
  });
  const keys = api.useQuery('get', '/api/v1/api-keys', query, {
    enabled: useCan('keys:read'),
    staleTime: 300_000,
  });
  const { you, system } = words;
  return useCallback(
    (id) => {
      if (id === null) return system;
      if (id === member.id) return you;
      const known = [...(members.data?.data ?? []), ...(keys.data?.data ?? [])];
      return known.find((one) => one.id === id)?.name ?? id;
    },
    [member.id, members.data, keys.data, you, system],
  );
}
