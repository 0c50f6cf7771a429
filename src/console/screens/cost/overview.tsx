import { lazy, Suspense, useMemo, useState } from 'react';
import type { Analytics } from '../../../client/index.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { AgentFilter } from '../../ui/agent-filter.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Figure, Figures } from '../../ui/figure.tsx';
import { useFormat } from '../../ui/format.ts';
import { type Period, periodDefaults, periodOf, useWorkspaceZone } from '../../ui/period.ts';
import { PeriodFilter } from '../../ui/period-filter.tsx';
import { SavedFilters } from '../../ui/saved-filters.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { endOfStep, useReport } from '../../ui/use-report.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { Breakdown } from './breakdown.tsx';
import { roughly } from './budget-meter.tsx';

const Chart = lazy(async () => ({ default: (await import('../../ui/chart.tsx')).Chart }));

const defaults = { ...periodDefaults, range: 'month', agent: '', by: 'model' };
type State = Readonly<Record<keyof typeof defaults, string>>;
type Change = (changes: Partial<State>) => void;

/** What was spent in a period, and on what. */
export default function Overview() {
  const texts = useTexts(costTexts);
  const [state, change] = useUrlState(defaults);
  const { zone, error, refetch } = useWorkspaceZone();
  const [now] = useState(() => Date.now());
  if (zone !== null)
    return (
      <Spending {...{ state, change }} period={periodOf(state, zone, now)} workspaceZone={zone} />
    );
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loading}</Loading>;
}

function Spending({
  state,
  change,
  period,
  workspaceZone,
}: {
  readonly state: State;
  readonly change: Change;
  readonly period: Period;
  readonly workspaceZone: string;
}) {
  const texts = useTexts(costTexts);
  const { data, error, refetch, isOld } = useReport(period, { agent: state.agent });
  const isNothing = data !== undefined && data.totals.usage.calls === 0;
  return (
    <>
      <div className="filters">
        <PeriodFilter {...{ state, period, workspaceZone }} onChange={change} />
        <AgentFilter value={state.agent} onChange={(agent) => change({ agent })} />
      </div>
      <SavedFilters list="cost" />
      {error !== null && <Failed problem={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading>{texts.loading}</Loading>}
      {isNothing && (
        <Empty
          title={texts.noCost}
          action={<LinkButton to={placeOf('/agents')}>{texts.openAgents}</LinkButton>}
        >
          {texts.noCostHint}
        </Empty>
      )}
      {data !== undefined && !isNothing && (
        <div className="cost-report" aria-busy={isOld}>
          <Totals report={data} agent={state.agent} />
          <CostChart report={data} agent={state.agent} />
          <Breakdown {...{ period, state, change }} report={data} />
        </div>
      )}
    </>
  );
}

function Totals({ report, agent }: { readonly report: Analytics; readonly agent: string }) {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const { totals, previous, forecast } = report;
  const [now, was] = [totals, previous.totals];
  const share = (of: typeof now) =>
    of.usage.calls === 0 ? null : of.cost.unpriced_calls / of.usage.calls;
  return (
    <>
      <Figures>
        <Figure
          label={texts.spent}
          now={now.cost.total_usd}
          before={was.cost.total_usd}
          format={format.money}
          better="less"
        />
        {forecast !== null && (
          <Figure
            label={texts.forecast}
            now={roughly(forecast.cost_usd)}
            before={null}
            format={format.money}
            note={texts.forecastHint}
          />
        )}
        <Figure
          label={texts.parts.calls}
          now={now.usage.calls}
          before={was.usage.calls}
          format={format.number}
          to={callsOf(agent, report.start, report.end)}
        />
        <Figure
          label={texts.perMessage}
          now={now.cost.per_message_usd}
          before={was.cost.per_message_usd}
          format={format.money}
          better="less"
        />
        <Figure
          label={texts.unpricedShare}
          now={share(now)}
          before={share(was)}
          format={format.percent}
          isShare
          better="less"
          to="/prices"
        />
      </Figures>
      {now.cost.unpriced_calls > 0 && (
        <p className="note note-warn">{texts.unpricedHint(now.cost.unpriced_calls)}</p>
      )}
    </>
  );
}

function CostChart({ report, agent }: { readonly report: Analytics; readonly agent: string }) {
  const texts = useTexts(costTexts);
  const { money } = useFormat();
  const times = useMemo(() => report.series.map(({ start }) => start), [report]);
  const series = useMemo(
    () => [{ name: texts.cost, values: report.series.map(({ cost }) => cost.total_usd) }],
    [report, texts],
  );
  const marks = useMemo(
    () =>
      report.series
        .filter(({ anomalies }) => anomalies.includes('cost'))
        .map(({ start }) => ({ time: start, label: texts.costAnomaly })),
    [report, texts],
  );
  const linkOf = (index: number) =>
    callsOf(agent, report.series[index]?.start ?? report.start, endOfStep(report, index));
  return (
    <Suspense fallback={<Loading height={254}>{texts.drawing}</Loading>}>
      <Chart
        label={texts.costChart}
        {...{ times, series, marks, linkOf }}
        areMarksShown
        format={money}
        height={200}
        timeZone={report.time_zone}
        step={report.granularity}
      />
    </Suspense>
  );
}

/** The address of the calls of a period. */
const callsOf = (agent: string, start_date: string, end_date: string): string =>
  `/calls?${new URLSearchParams({ ...(agent !== '' && { agent }), start_date, end_date })}`;
