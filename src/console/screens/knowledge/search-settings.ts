import type { SearchQuery } from '../../../client/index.ts';
import { namesOf } from './lists.ts';

/** The settings of a search, as its address holds them. */
export const searchDefaults = {
  q: '',
  mode: 'hybrid',
  top_k: '8',
  reranker: '',
  min_score: '',
  diversity: '',
  context: '',
  tag: '',
  language: '',
  groups: '',
  from: '',
  to: '',
  revision: '',
};
export type SearchState = Readonly<Record<keyof typeof searchDefaults, string>>;

/** Settings beyond the question, the mode and the number of results. */
export const isRefined = (state: SearchState): boolean =>
  (Object.keys(searchDefaults) as (keyof SearchState)[]).some(
    (name) => !['q', 'mode', 'top_k'].includes(name) && state[name] !== '',
  );

export function searchOf(state: SearchState): SearchQuery {
  const number = (name: keyof SearchState, as: string) =>
    state[name] === '' ? {} : { [as]: Number(state[name]) };
  const published = {
    ...(state.from !== '' && { gte: state.from }),
    ...(state.to !== '' && { lte: state.to }),
  };
  const filter = {
    ...(state.tag !== '' && { tags: state.tag }),
    ...(state.language !== '' && { language: state.language }),
    ...(Object.keys(published).length > 0 && { published_at: published }),
  };
  return {
    query: state.q,
    mode: state.mode as NonNullable<SearchQuery['mode']>,
    ...number('top_k', 'top_k'),
    ...number('min_score', 'min_score'),
    ...number('diversity', 'diversity'),
    ...number('context', 'context_tokens'),
    ...number('revision', 'revision'),
    ...(state.reranker !== '' && { reranker: state.reranker }),
    ...(state.groups !== '' && { groups: namesOf(state.groups) }),
    ...(Object.keys(filter).length > 0 && { filter: filter as NonNullable<SearchQuery['filter']> }),
  };
}
