import type { ReactNode } from 'react';
import type { Experiment } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { ExperimentStatus } from './experiment-status.tsx';
import { useMetricName } from './metrics.ts';

const filters = { agent: '', status: '' };
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
  const query = { ...(agent !== '' && { agent }), ...(status && { status }) };
  const reading = api.useInfiniteQuery('get', '/api/v1/experiments', { params: { query } }, paged);
  return (
    <ListTable
      label={texts.title}
      loading={texts.loading}
      reading={reading}
      rows={rowsOf(reading.data)}
      keyOf={({ id }) => id}
      linkOf={({ id }) => `/${id}`}
      empty={empty}
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
  );
}
