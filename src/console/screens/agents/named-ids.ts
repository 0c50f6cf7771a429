import { api } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';

const ids = /\b(?:kb|agt)_[0-9a-z]{26}\b/g;

/** Returns a function that writes the names of knowledge bases and agents in place of their ids, as far as they are known. */
export function useNamedIds(): (text: string) => string {
  const query = { limit: 100 };
  const mayReadBases = useCan('knowledge:read');
  const bases = api.useQuery(
    'get',
    '/api/v1/knowledge-bases',
    { params: { query } },
    { enabled: mayReadBases, staleTime: 60_000 },
  ).data?.data;
  const agents = api.useQuery('get', '/api/v1/agents', { params: { query } }).data?.data;
  const names = new Map([...(bases ?? []), ...(agents ?? [])].map(({ id, name }) => [id, name]));
  return (text) => text.replaceAll(ids, (id) => names.get(id) ?? id);
}
