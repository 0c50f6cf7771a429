import { invalid } from '../../shared/failure.ts';
import { countConditions, maxConditions, type SearchFilter } from './filter.ts';

/** Returns a filter that both must pass. Throws `validation_failed` for more conditions than a search takes. */
export function narrowFilter(own: SearchFilter, given: SearchFilter): SearchFilter {
  const both = { and: [own, given] };
  if (countConditions(both) <= maxConditions) return both;
  throw invalid('/filter', `At most ${maxConditions} conditions with those of the agent.`);
}
