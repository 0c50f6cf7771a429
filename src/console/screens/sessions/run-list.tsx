import type { ListedRun } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { MomentField } from '../../ui/moment-field.tsx';
import { MoreFilters } from '../../ui/more-filters.tsx';
import { Page } from '../../ui/page.tsx';
import { SavedFilters } from '../../ui/saved-filters.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { CoverageFilter } from './coverage-filter.tsx';
import { RunStatus } from './run-status.tsx';
import { SessionTabs } from './session-list.tsx';

const filters = {
  ...{ agent: '', status: '', version: '', error: '', finish_reason: '', min_cost_usd: '' },
  ...{ start_date: '', end_date: '', session: '', end_user_id: '' },
  ...{ experiment: '', variant: '', coverage: '' },
};

/** Every run of the workspace, also those without a conversation. */
export function RunList() {
  const texts = useTexts(sessionTexts);
  const format = useFormat();
  const [state, setFilters] = useUrlState(filters);
  const query = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
  const reading = api.useInfiniteQuery('get', '/api/v1/runs', { params: { query } }, paged);
  const columns: readonly Column<ListedRun>[] = [
    { name: texts.started, cell: ({ created_at }) => <Time value={created_at} form="moment" /> },
    { name: texts.agent, cell: ({ agent_id }) => <AgentName id={agent_id} /> },
    { name: texts.status, cell: ({ status }) => <RunStatus status={status} /> },
    { name: texts.duration, cell: ({ latency_ms }) => format.duration(latency_ms), isNumber: true },
    {
      name: texts.tokens,
      cell: ({ usage }) => format.compact((usage.input_tokens ?? 0) + (usage.output_tokens ?? 0)),
      ...{ isNumber: true, isMinor: true },
    },
    { name: texts.cost, cell: ({ usage }) => format.money(usage.cost_usd), isNumber: true },
  ];
  const choices = Object.entries(texts.statuses).map(([value, label]) => ({ value, label }));
  return (
    <Page
      title={`${texts.runs} · ${texts.title}`}
      heading={texts.title}
      description={texts.runsDescription}
    >
      <SessionTabs />
      <div className="filters">
        <MoreFilters set={Object.keys(query).length}>
          <AgentFilter value={state.agent} onChange={(agent) => setFilters({ agent })} />
          <SelectField
            label={texts.status}
            value={state.status}
            onChange={(status) => setFilters({ status })}
            choices={[{ value: '', label: texts.any }, ...choices]}
          />
          <SelectField
            label={texts.failures}
            value={state.error}
            onChange={(error) => setFilters({ error })}
            choices={[
              { value: '', label: texts.any },
              { value: 'any', label: texts.onlyFailures },
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
          <TextField
            label={texts.minCost}
            type="number"
            min={0}
            step="any"
            value={state.min_cost_usd}
            onChange={(min_cost_usd) => setFilters({ min_cost_usd })}
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
        </MoreFilters>
      </div>
      <SavedFilters list="runs" />
      <ListTable
        label={texts.runs}
        loading={texts.loadingRuns}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/runs/${id}`}
        empty={<Empty title={texts.noRuns}>{texts.noMatchHint}</Empty>}
      />
    </Page>
  );
}
