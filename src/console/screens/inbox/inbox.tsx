import type { InboxItem } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { inboxTexts } from '../../texts/inbox.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { EndUserName } from '../../ui/end-user-name.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Badge, Page } from '../../ui/page.tsx';
import { PersonName } from '../../ui/person-name.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';

const filters = { agent: '', closed: '', unread: '' };
/** Milliseconds between two looks. */
const lookEvery = 10_000;

/** `/inbox`: conversations that wait for a person. */
export default function Inbox() {
  const texts = useTexts(inboxTexts);
  const [state, setFilters] = useUrlState(filters);
  const query = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/inbox',
    { params: { query } },
    { ...paged, refetchInterval: lookEvery },
  );
  const columns: readonly Column<InboxItem>[] = [
    { name: texts.conversation, cell: (item) => <Subject item={item} /> },
    {
      name: texts.person,
      cell: ({ end_user_id }) => <EndUserName id={end_user_id} />,
    },
    { name: texts.agent, cell: ({ agent_id }) => <AgentName id={agent_id} />, isMinor: true },
    {
      name: texts.reason,
      cell: ({ reason, requested_by }) => reason ?? texts.requestedBy[requested_by],
    },
    {
      name: texts.assignee,
      cell: ({ assigned_to }) => <PersonName id={assigned_to} nobody="–" />,
      isMinor: true,
    },
    { name: texts.waiting, cell: ({ waiting_since }) => <Time value={waiting_since} /> },
  ];
  return (
    <Page title={texts.title} description={texts.description}>
      <div className="filters">
        <AgentFilter value={state.agent} onChange={(agent) => setFilters({ agent })} />
        <SelectField
          label={texts.show}
          value={state.closed}
          onChange={(closed) => setFilters({ closed })}
          choices={[
            { value: '', label: texts.open },
            { value: 'true', label: texts.closed },
          ]}
        />
      </div>
      <ListTable
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ session_id }) => session_id}
        linkOf={({ session_id }) => placeOf(`/sessions/${session_id}?from=inbox`)}
        empty={<Empty title={texts.none}>{texts.noneHint}</Empty>}
      />
    </Page>
  );
}

function Subject({ item: { title, unread_count, last_message } }: { readonly item: InboxItem }) {
  const texts = useTexts(inboxTexts);
  return (
    <>
      {title ?? texts.untitled}{' '}
      {unread_count > 0 && <Badge tone="info">{texts.unread(unread_count)}</Badge>}
      {last_message !== null && <span className="excerpt">{last_message.text}</span>}
    </>
  );
}
