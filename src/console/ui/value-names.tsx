import { api } from '../api/api.ts';
import { useCan } from '../app/session.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';

/** Returns a function that names values of a dimension of reports, such as versions and keys; their id where the name is not known. */
export function useValueNames(agent: string): (dimension: string, value: string) => string {
  const texts = useTexts(uiTexts);
  const query = { limit: 100 };
  const mayReadKeys = useCan('keys:read');
  const mayReadMembers = useCan('members:read');
  const agents = api.useQuery('get', '/api/v1/agents', { params: { query } }).data?.data;
  const keys = api.useQuery(
    'get',
    '/api/v1/api-keys',
    { params: { query } },
    { enabled: mayReadKeys, staleTime: 60_000 },
  ).data?.data;
  const members = api.useQuery(
    'get',
    '/api/v1/members',
    { params: { query } },
    { enabled: mayReadMembers, staleTime: 60_000 },
  ).data?.data;
  const versions = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/versions',
    { params: { path: { agent }, query } },
    { enabled: agent !== '', staleTime: 60_000 },
  ).data?.data;
  return (dimension, value) => {
    if (value === 'none') return texts.withoutValue;
    if (value === '~others') return texts.otherValues;
    if (dimension === 'version' && value === 'preview') return texts.previews;
    const idIs = ({ id }: { readonly id: string }) => id === value;
    if (dimension === 'agent') return agents?.find(idIs)?.name ?? value;
    if (dimension === 'api_key')
      return keys?.find(idIs)?.name ?? members?.find(idIs)?.name ?? value;
    if (dimension !== 'version') return value;
    const number = versions?.find(idIs)?.number;
    return number === undefined ? value : texts.versionNumber(number);
  };
}
