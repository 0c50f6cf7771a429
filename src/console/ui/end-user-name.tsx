import { useCallback } from 'react';
import { useAllShareLinks } from '../api/use-all.ts';
import { useCan } from '../app/session.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { peopleTexts } from '../texts/people.ts';

/** The link that a visitor came by: `share:{link}:{visitor}`; null for end users of other software. */
const linkOf = (id: string): string | null => /^share:([^:]+):/.exec(id)?.[1] ?? null;

/** Returns what an end user is called: visitors of share links by the name of the link, all others by their id. */
export function useVisitorName(): (id: string) => string {
  const texts = useTexts(peopleTexts);
  const links = useAllShareLinks(useCan('agents:read'));
  return useCallback(
    (id) => {
      const link = linkOf(id);
      if (link === null) return id;
      // The last characters tell visitors of a link apart.
      const visitor = id.slice(-4);
      const name = links?.find((one) => one.id === link)?.name;
      return name === undefined ? texts.visitor(visitor) : texts.visitorOf(name, visitor);
    },
    [links, texts],
  );
}

/** An end user, with the id as a detail of visitors; `nobody` without one. */
export function EndUserName({
  id,
  nobody = '–',
}: {
  readonly id: string | null;
  readonly nobody?: string;
}) {
  const nameOf = useVisitorName();
  return id === null ? nobody : <span title={id}>{nameOf(id)}</span>;
}
