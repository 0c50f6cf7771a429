import { Link } from 'wouter';
import type { Session } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';

/** Why a conversation stands still: calls of tools that a person has to approve. */
export function AwaitedCalls({
  session: { id, active_run_id },
}: {
  readonly session: Pick<Session, 'id' | 'active_run_id'>;
}) {
  const texts = useTexts(sessionTexts);
  const mayDecide = useCan('approvals:decide');
  const { data } = api.useQuery(
    'get',
    '/api/v1/approvals',
    { params: { query: { session: id, status: 'pending', limit: 20 } } },
    { enabled: active_run_id !== null },
  );
  if (active_run_id === null || data === undefined || data.data.length === 0) return null;
  const names = [...new Set(data.data.map(({ tool_name }) => tool_name))].join(', ');
  return (
    <p className="note note-warn">
      {texts.waitsFor(names)}{' '}
      {mayDecide && <Link href={placeOf('/approvals')}>{texts.decide}</Link>}
    </p>
  );
}
