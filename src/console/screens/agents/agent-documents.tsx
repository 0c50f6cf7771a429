import { Link } from 'wouter';
import type { Agent } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';

/** The next step of an agent that answers from documents only and has none yet. */
export function NoDocuments({ agent: { base_id, config } }: { readonly agent: Agent }) {
  const texts = useTexts(agentTexts);
  const mayRead = useCan('knowledge:read');
  const { scope, base_ids } = config.knowledge;
  const isOwnOnly = base_ids.length === 1 && base_ids[0] === base_id;
  const { data } = api.useQuery(
    'get',
    '/api/v1/knowledge-bases/{kb}',
    { params: { path: { kb: base_id } } },
    { enabled: mayRead && scope === 'only' && isOwnOnly },
  );
  if (data?.chunk_count !== 0) return null;
  return (
    <p className="note">
      {texts.noDocuments} <Link href={placeOf(`/knowledge/${base_id}`)}>{texts.addDocuments}</Link>
    </p>
  );
}
