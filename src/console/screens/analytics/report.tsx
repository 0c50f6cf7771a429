import { useCallback } from 'react';
import type { Analytics } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { analyticsTexts } from '../../texts/analytics.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { AgentFilter } from '../../ui/agent-filter.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { type Period, periodBefore } from '../../ui/period.ts';
import { PeriodFilter } from '../../ui/period-filter.tsx';
import { SavedFilters } from '../../ui/saved-filters.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { endOfStep, type Grouping, useReport } from '../../ui/use-report.ts';
import type { AnalyticsState } from './analytics.tsx';
import { saveReport } from './csv.ts';
import { Groups } from './groups.tsx';
import { useMarks } from './marks.ts';
import { Sections } from './sections.tsx';

interface ReportProps {
  readonly state: AnalyticsState;
  readonly change: (changes: Partial<AnalyticsState>) => void;
  readonly period: Period;
  readonly workspaceZone: string;
}

export function Report({ state, change, period, workspaceZone }: ReportProps) {
  const texts = useTexts(analyticsTexts);
  const { agent, version, experiment } = state;
  const isFiltered = version !== '' || experiment !== '';
  const filters = { agent, version, experiment };
  // Versions have names within their agent.
  const grouping = (state.by || (agent === '' ? 'agent' : 'version')) as Grouping;
  const { data, error, isOld, refetch } = useReport(period, {
    ...filters,
    group: isFiltered ? '' : grouping,
  });
  const before = useReport(periodBefore(period), filters).data;
  const marks = useMarks(agent, data);
  return (
    <Page
      title={texts.title}
      description={texts.description}
      actions={
        data !== undefined && <Button onClick={() => saveReport(data)}>{texts.download}</Button>
      }
    >
      <div className="filters">
        <PeriodFilter {...{ state, period, workspaceZone }} onChange={change} />
        <AgentFilter
          value={agent}
          onChange={(next) => change({ agent: next, version: '', experiment: '' })}
        />
        {agent !== '' && <AgentParts state={state} change={change} />}
      </div>
      <SavedFilters list="analytics" />
      {data === undefined ? (
        error === null ? (
          <Loading>{texts.loading}</Loading>
        ) : (
          <Failed problem={error} onRetry={refetch} />
        )
      ) : (
        <div className="analytics-report" aria-busy={isOld}>
          {error !== null && <Failed problem={error} onRetry={refetch} />}
          <Body
            {...{ data, before, marks, state, change, grouping, isFiltered }}
            status={isOld ? texts.updating : null}
          />
        </div>
      )}
    </Page>
  );
}

/** Versions and experiments of the agent. */
function AgentParts({ state, change }: Pick<ReportProps, 'state' | 'change'>) {
  const texts = useTexts(analyticsTexts);
  const params = { path: { agent: state.agent }, query: { limit: 100 } };
  const versions = api.useQuery('get', '/api/v1/agents/{agent}/versions', { params }).data?.data;
  const experiments = api.useQuery('get', '/api/v1/agents/{agent}/experiments', { params }).data
    ?.data;
  return (
    <>
      <SelectField
        label={texts.version}
        value={state.version}
        onChange={(version) => change({ version, experiment: '' })}
        choices={[
          { value: '', label: texts.all },
          ...(versions ?? []).map(({ id, number, is_active }) => ({
            value: id,
            label: is_active ? texts.active(number) : String(number),
          })),
        ]}
      />
      {(experiments ?? []).length > 0 && (
        <SelectField
          label={texts.experiment}
          value={state.experiment}
          onChange={(experiment) => change({ experiment, version: '' })}
          choices={[
            { value: '', label: texts.any },
            ...(experiments ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
    </>
  );
}

function Body({
  data,
  before,
  marks,
  state,
  change,
  grouping,
  isFiltered,
  status,
}: {
  readonly data: Analytics;
  readonly before: Analytics | undefined;
  readonly marks: ReturnType<typeof useMarks>;
  readonly grouping: Grouping;
  readonly isFiltered: boolean;
  readonly status: string | null;
} & Pick<ReportProps, 'state' | 'change'>) {
  const texts = useTexts(analyticsTexts);
  const { agent, version, experiment } = state;
  const address = useCallback(
    (list: 'sessions' | 'runs', of: Readonly<Record<string, string>>) => {
      const wanted = { agent, version, experiment, ...of };
      const given = Object.entries(wanted).filter(([, value]) => value !== '');
      // Conversations are not filtered by experiments, runs are.
      const isOfRuns = list === 'runs' || experiment !== '';
      return placeOf(`/sessions${isOfRuns ? '/runs' : ''}?${new URLSearchParams(given)}`);
    },
    [agent, version, experiment],
  );
  const linkTo = (list: 'sessions' | 'runs', more = {}) =>
    address(list, { start_date: data.start, end_date: data.end, ...more });
  const linkOf = (index: number) =>
    address('sessions', {
      start_date: data.series[index]?.start ?? data.start,
      end_date: endOfStep(data, index),
    });
  const { usage } = data.totals;
  if (usage.calls + usage.runs === 0)
    return (
      <Empty
        title={texts.none}
        action={<LinkButton to={placeOf('/agents')}>{texts.openAgents}</LinkButton>}
      >
        {texts.noneHint}
      </Empty>
    );
  return (
    <>
      <p className="muted small" role="status">
        {status ?? (
          <>
            {texts.asOf} <Time value={data.as_of} form="moment" /> · {texts.inZone(data.time_zone)}
            {agent === '' && ` · ${texts.chooseAgent}`}
          </>
        )}
      </p>
      {!data.is_complete && <p className="note note-warn">{texts.incomplete}</p>}
      <Sections report={data} {...{ before, marks, linkTo, linkOf }} />
      {!isFiltered && (
        <Groups report={data} onChange={(by) => change({ by })} {...{ agent, grouping }} />
      )}
    </>
  );
}
