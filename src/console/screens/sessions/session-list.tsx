import { useState } from 'react';
import type { ListedSession, SessionMatch } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { SearchField, SelectField, TextField } from '../../ui/field.tsx';
import { MomentField } from '../../ui/moment-field.tsx';
import { MoreFilters } from '../../ui/more-filters.tsx';
import { Badge, Page } from '../../ui/page.tsx';
import { SavedFilters } from '../../ui/saved-filters.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { CoverageFilter } from './coverage-filter.tsx';

const filters = {
  ...{ q: '', agent: '', end_user_id: '', run_status: '', feedback: '' },
  ...{ start_date: '', end_date: '', archived: '', version: '', coverage: '' },
};

const statuses = ['running', 'requires_action', 'completed', 'failed', 'limit_exceeded'] as const;
const ratings = ['up', 'down', 'any'] as const;

export function SessionList() {
  const texts = useTexts(sessionTexts);
  const [state, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState(state.q);
  const query = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
  const reading = api.useInfiniteQuery('get', '/api/v1/sessions', { params: { query } }, paged);
  const isFiltered = Object.keys(query).length > 0;
  const columns: readonly Column<ListedSession>[] = [
    { name: texts.conversation, cell: (session) => <Title session={session} /> },
    { name: texts.agent, cell: ({ agent_id }) => <AgentName id={agent_id} /> },
    { name: texts.endUser, cell: ({ end_user_id }) => end_user_id ?? '–' },
    {
      name: texts.messages,
      cell: ({ message_count }) => message_count,
      isNumber: true,
      isMinor: true,
    },
    { name: texts.lastActive, cell: ({ updated_at }) => <Time value={updated_at} /> },
  ];
  return (
    <Page title={texts.title} description={texts.description}>
      <SessionTabs />
      <div className="filters">
        <SearchField
          value={typed}
          label={texts.search}
          onChange={(text) => {
            setTyped(text);
            setFilters({ q: text.trim() });
          }}
        />
        <MoreFilters set={Object.keys(query).filter((name) => name !== 'q').length}>
          <AgentFilter value={state.agent} onChange={(agent) => setFilters({ agent })} />
          <SelectField
            label={texts.runStatus}
            value={state.run_status}
            onChange={(run_status) => setFilters({ run_status })}
            choices={[
              { value: '', label: texts.any },
              ...statuses.map((value) => ({ value, label: texts.statuses[value] })),
            ]}
          />
          <TextField
            label={texts.version}
            value={state.version}
            onChange={(version) => setFilters({ version })}
          />
          <CoverageFilter
            value={state.coverage}
            onChange={(coverage) => setFilters({ coverage })}
          />
          <SelectField
            label={texts.feedback}
            value={state.feedback}
            onChange={(feedback) => setFilters({ feedback })}
            choices={[
              { value: '', label: texts.any },
              ...ratings.map((value) => ({ value, label: texts.ratings[value] })),
            ]}
          />
          <TextField
            label={texts.endUser}
            value={state.end_user_id}
            onChange={(end_user_id) => setFilters({ end_user_id })}
          />
          <MomentField
            label={texts.from}
            value={state.start_date}
            onChange={(start_date) => setFilters({ start_date })}
          />
          <MomentField
            label={texts.to}
            value={state.end_date}
            onChange={(end_date) => setFilters({ end_date })}
          />
          <SelectField
            label={texts.archived}
            value={state.archived}
            onChange={(archived) => setFilters({ archived })}
            choices={[
              { value: '', label: texts.notArchived },
              { value: 'true', label: texts.onlyArchived },
            ]}
          />
        </MoreFilters>
      </div>
      <SavedFilters list="sessions" />
      <ListTable
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        empty={
          isFiltered ? (
            <Empty title={texts.noMatch}>
              {/\s/.test(state.q.trim()) ? texts.allWordsHint : texts.noMatchHint}
            </Empty>
          ) : (
            <Empty title={texts.none}>{texts.noneHint}</Empty>
          )
        }
      />
    </Page>
  );
}

export function SessionTabs() {
  const texts = useTexts(sessionTexts);
  const tabs = [
    { to: '/', label: texts.conversations },
    { to: '/runs', label: texts.runs },
  ];
  return <Tabs label={texts.title} tabs={tabs} />;
}

function Title({ session }: { readonly session: ListedSession }) {
  const texts = useTexts(sessionTexts);
  return (
    <>
      {session.title ?? texts.untitled}{' '}
      {session.handled_by === 'human' && <Badge tone="info">{texts.byPerson}</Badge>}
      {session.active_run_id !== null && <Badge>{texts.answering}</Badge>}
      {session.matches.map((match) => (
        <Match key={match.message_id ?? 'title'} match={match} />
      ))}
    </>
  );
}

/** The found words of a message, marked. */
function Match({ match: { snippet, highlights } }: { readonly match: SessionMatch }) {
  const parts = highlights.flatMap(({ start, end }, index) => [
    snippet.slice(highlights[index - 1]?.end ?? 0, start),
    <mark key={start}>{snippet.slice(start, end)}</mark>,
  ]);
  return (
    <span className="match">
      {parts}
      {snippet.slice(highlights.at(-1)?.end ?? 0)}
    </span>
  );
}
