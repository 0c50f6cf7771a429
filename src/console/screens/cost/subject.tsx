import type { Budget } from '../../../client/index.ts';
import { useValueNames } from '../../ui/value-names.tsx';

/** Returns a function that names the agent, key or end user of a budget. */
export function useSubjectName(scope: Budget['scope']): (subject: string) => string {
  const nameOf = useValueNames('');
  return (subject) => nameOf(scope, subject);
}
