import { useState } from 'react';
import type { AgentSummary } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { uiTexts } from '../../texts/ui.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { SearchField, SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { AgentMenu } from './agent-menu.tsx';
import { type Figures, useWeek } from './use-week.ts';

const none = [] as const;
const filters = { q: '', tag: '', archived: '' };

export function AgentList() {
  const texts = useTexts(agentTexts);
  const mayWrite = useCan('agents:write');
  const [{ q, tag, archived }] = useUrlState(filters);
  const isArchived = archived === 'true';
  const query = {
    ...(q !== '' && { q }),
    ...(tag !== '' && { tag }),
    ...(isArchived && { archived: 'true' as const }),
  };
  const reading = api.useInfiniteQuery('get', '/api/v1/agents', { params: { query } }, paged);
  const rows = rowsOf(reading.data);
  const week = useWeek(reading.data?.pages ?? none);
  const columns = useColumns(week.figures);
  const create = mayWrite && (
    <LinkButton to="/new" kind="primary">
      {texts.create}
    </LinkButton>
  );
  return (
    <Page title={texts.title} description={texts.description} actions={create}>
      <Filters rows={rows ?? []} />
      {week.hasFailed && (
        <p className="note note-warn">
          {texts.figuresFailed}{' '}
          <Button isSmall kind="quiet" onClick={() => week.refetch()}>
            {texts.retry}
          </Button>
        </p>
      )}
      <ListTable
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rows}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        empty={
          q === '' && tag === '' && !isArchived ? (
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

function Filters({ rows }: { readonly rows: readonly AgentSummary[] }) {
  const texts = useTexts(agentTexts);
  const [{ q, tag, archived }, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState(q);
  const tags = [...new Set([...rows.flatMap((row) => row.tags), ...(tag === '' ? [] : [tag])])];
  return (
    <div className="filters">
      <SearchField
        value={typed}
        label={texts.search}
        onChange={(text) => {
          setTyped(text);
          setFilters({ q: text.trim() });
        }}
      />
      {tags.length > 0 && (
        <SelectField
          label={texts.tags}
          isLabelHidden
          value={tag}
          choices={[
            { value: '', label: texts.allTags },
            ...tags.sort().map((value) => ({ value, label: value })),
          ]}
          onChange={(value) => setFilters({ tag: value })}
        />
      )}
      <SelectField
        label={texts.state}
        isLabelHidden
        value={archived}
        choices={[
          { value: '', label: texts.showActive },
          { value: 'true', label: texts.showArchived },
        ]}
        onChange={(value) => setFilters({ archived: value })}
      />
    </div>
  );
}

function useColumns(figures: ReadonlyMap<string, Figures | null>): readonly Column<AgentSummary>[] {
  const texts = useTexts(agentTexts);
  const ui = useTexts(uiTexts);
  const format = useFormat();
  const of = ({ id }: AgentSummary) => figures.get(id);
  return [
    {
      name: texts.name,
      cell: ({ name, tags }) => (
        <>
          {name}{' '}
          {tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </>
      ),
    },
    { name: texts.model, cell: ({ model }) => <code>{model}</code>, isMinor: true },
    {
      name: texts.version,
      cell: ({ active_version }) => active_version.number,
      ...{ isNumber: true, isMinor: true },
    },
    {
      name: texts.runs,
      cell: (row) => (of(row) === undefined ? '–' : format.number(of(row)?.usage.runs ?? 0)),
      isNumber: true,
    },
    {
      name: texts.cost,
      cell: (row) => (of(row) === undefined ? '–' : format.money(of(row)?.cost.total_usd ?? 0)),
      isNumber: true,
    },
    {
      name: texts.health,
      cell: (row) => <Health figures={of(row)} />,
    },
    { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} />, isMinor: true },
    { name: ui.actions, cell: (row) => <AgentMenu agent={row} /> },
  ];
}

/** Shares of failed runs from which an agent is shown as ailing, and as failing. */
const ailing = 0.02;
const failing = 0.1;

function Health({ figures }: { readonly figures: Figures | null | undefined }) {
  const texts = useTexts(agentTexts);
  const format = useFormat();
  if (figures === undefined) return '–';
  if (figures === null || figures.usage.runs === 0)
    return <span className="muted">{texts.quiet}</span>;
  const { error_rate } = figures.performance;
  if (error_rate < ailing) return <Badge tone="good">{texts.healthy}</Badge>;
  return (
    <Badge tone={error_rate < failing ? 'warn' : 'bad'}>
      {texts.errors(format.percent(error_rate))}
    </Badge>
  );
}
