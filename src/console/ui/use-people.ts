import { useCallback } from 'react';
import { useAllKeys, useAllMembers } from '../api/use-all.ts';
import { useCan, useSession } from '../app/session.tsx';

/** Returns the name behind the id of an actor, as far as the viewer may know it. */
export function usePeople(words: {
  readonly you: string;
  readonly system: string;
}): (id: string | null) => string {
  const { member } = useSession();
  const members = useAllMembers(useCan('members:read'));
  const keys = useAllKeys(useCan('keys:read'));
  const { you, system } = words;
  return useCallback(
    (id) => {
      if (id === null) return system;
      if (id === member.id) return you;
      const known = [...(members ?? []), ...(keys ?? [])];
      return known.find((one) => one.id === id)?.name ?? id;
    },
    [member.id, members, keys, you, system],
  );
}
