import { useTexts } from '../texts/catalogue.ts';
import { peopleTexts } from '../texts/people.ts';
import { usePeople } from './use-people.ts';

/** Who did something: the name of a member or a key, otherwise the id; nobody is the system, or `nobody`. */
export function PersonName({
  id,
  nobody,
}: {
  readonly id: string | null;
  readonly nobody?: string;
}) {
  const texts = useTexts(peopleTexts);
  const nameOf = usePeople(texts);
  if (id === null && nobody !== undefined) return nobody;
  const name = nameOf(id);
  return name === id ? <code>{id}</code> : <span title={id ?? ''}>{name}</span>;
}
