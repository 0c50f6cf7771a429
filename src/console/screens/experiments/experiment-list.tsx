import { useQueries } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Experiment } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ExperimentStatus } from './experiment-status.tsx';
import { useMetricName } from './metrics.ts';

const filters = { agent: '', status: '' };
/** The API lists the experiments of one agent: of so many at most, all are shown together. */
const maxAgents = 25;
const statuses = ['draft', 'running', 'paused', 'concluded', 'stopped'] as const;

export function ExperimentList() {
  const texts = useTexts(experimentTexts);
  const mayWrite = useCan('agents:write');
  const [{ agent, status }, setFilters] = useUrlState(filters);
  const create = mayWrite && (
    <LinkButton to={agent === '' ? '/new' : `/new?agent=${agent}`} kind="primary">
      {texts.create}
    </LinkButton>
  );
  return (
    <Page title={texts.title} description={texts.description} actions={create}>
      <div className="filters">
        <AgentFilter value={agent} onChange={(id) => setFilters({ agent: id })} />
        <SelectField
          label={texts.status}
          value={status}
          onChange={(value) => setFilters({ status: value })}
          choices={[
            { value: '', label: texts.anyStatus },
            ...statuses.map((value) => ({ value, label: texts.statuses[value] })),
          ]}
        />
      </div>
      <Rows
        agent={agent}
        status={statuses.find((one) => one === status)}
        empty={
          agent === '' && status === '' ? (
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

function Rows({
  agent,
  status,
  empty,
}: {
  readonly agent: string;
  readonly status: Experiment['status'] | undefined;
  readonly empty: ReactNode;
}) {
  const texts = useTexts(experimentTexts);
  const nameOf = useMetricName();
  const { rows, error, refetch, isPartial } = useExperiments(agent, status);
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  if (rows === undefined) return <Loading>{texts.loading}</Loading>;
  return (
    <>
      {isPartial && <p className="note">{texts.partial(maxAgents)}</p>}
      {rows.length === 0 ? (
        empty
      ) : (
        <Table
          label={texts.title}
          rows={rows}
          keyOf={({ id }) => id}
          linkOf={({ id }) => `/${id}`}
          columns={[
            { name: texts.name, cell: ({ name }) => name },
            { name: texts.status, cell: (one) => <ExperimentStatus experiment={one} /> },
            {
              name: texts.agent,
              cell: ({ agent_id }) => <AgentName id={agent_id} />,
              isMinor: true,
            },
            {
              name: texts.decidedBy,
              cell: ({ primary_metric }) => nameOf(primary_metric.metric),
              isMinor: true,
            },
            {
              name: texts.variants,
              cell: ({ variants }) =>
                variants.map(({ name, weight }) => `${name} ${weight} %`).join(' · '),
              isMinor: true,
            },
            { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} /> },
          ]}
        />
      )}
    </>
  );
}

/** Experiments of one agent, or of the newest agents, the last changed first. */
function useExperiments(agent: string, status: Experiment['status'] | undefined) {
  const agents = api.useQuery(
    'get',
    '/api/v1/agents',
    { params: { query: { limit: 100 } } },
    { enabled: agent === '' },
  );
  const all = agents.data?.data.map(({ id }) => id);
  const chosen = agent === '' ? all?.slice(0, maxAgents) : [agent];
  const lists = useQueries({
    queries: (chosen ?? []).map((id) =>
      api.queryOptions('get', '/api/v1/agents/{agent}/experiments', {
        params: { path: { agent: id }, query: { limit: 100, ...(status && { status }) } },
      }),
    ),
  });
  const error = agents.error ?? lists.find((one) => one.error !== null)?.error ?? null;
  const isRead = chosen !== undefined && lists.every(({ data }) => data !== undefined);
  return {
    error,
    refetch: () => Promise.all([agents.refetch(), ...lists.map((one) => one.refetch())]),
    isPartial: (all?.length ?? 0) > maxAgents,
    rows: isRead
      ? lists
          .flatMap(({ data }) => data?.data ?? [])
          .sort((a, b) => b.updated_at.localeCompare(a.updated_at))
      : undefined,
  };
}
