import { api } from '../api/api.ts';
import { useAllAgents, useAllKeys, useAllMembers } from '../api/use-all.ts';
import { useCan } from '../app/session.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { useVisitorName } from './end-user-name.tsx';

/** Returns a function that names values of a dimension of reports, such as versions and keys; their id where the name is not known. */
export function useValueNames(agent: string): (dimension: string, value: string) => string {
  const texts = useTexts(uiTexts);
  const query = { limit: 100 };
  const agents = useAllAgents();
  const keys = useAllKeys(useCan('keys:read'));
  const members = useAllMembers(useCan('members:read'));
  const visitorOf = useVisitorName();
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
    if (dimension === 'end_user') return visitorOf(value);
    if (dimension !== 'version') return value;
    const number = versions?.find(idIs)?.number;
    return number === undefined ? value : texts.versionNumber(number);
  };
}
