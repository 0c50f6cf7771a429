import { useState } from 'react';
import type { AgentSummary } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { LinkButton } from '../../ui/button.tsx';
import { SearchField } from '../../ui/field.tsx';
import { Badge, Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';

const filters = { q: '', tag: '' };

export function AgentList() {
  const texts = useTexts(agentTexts);
  const mayWrite = useCan('agents:write');
  const [{ q, tag }, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState(q);
  const query = { ...(q !== '' && { q }), ...(tag !== '' && { tag }) };
  const reading = api.useInfiniteQuery('get', '/api/v1/agents', { params: { query } }, paged);
  const columns: readonly Column<AgentSummary>[] = [
    { name: texts.name, cell: ({ name }) => name },
    { name: texts.model, cell: ({ model }) => <code>{model}</code>, isMinor: true },
    { name: texts.version, cell: ({ active_version }) => active_version.number, isNumber: true },
    {
      name: texts.tags,
      cell: ({ tags }) => tags.map((one) => <Badge key={one}>{one}</Badge>),
      isMinor: true,
    },
    { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} /> },
  ];
  const create = mayWrite && (
    <LinkButton to="/new" kind="primary">
      {texts.create}
    </LinkButton>
  );
  return (
    <Page title={texts.title} description={texts.description} actions={create}>
      <div className="filters">
        <SearchField
          value={typed}
          label={texts.search}
          onChange={(text) => {
            setTyped(text);
            setFilters({ q: text.trim() });
          }}
        />
      </div>
      <ListTable
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        empty={
          q === '' && tag === '' ? (
            <Empty title={texts.none} action={create}>
              {texts.noneHint}
            </Empty>
          ) : (
            <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
          )
        }
      />
    </Page>
  );
}
