import { Link, Route, Switch } from 'wouter';
import type { Experiment } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts, Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Time } from '../../ui/time.tsx';
import { EntryList } from './entry-list.tsx';
import { ExperimentActions } from './experiment-actions.tsx';
import { ExperimentStatus } from './experiment-status.tsx';
import { useMetricName } from './metrics.ts';
import { Outcome } from './outcome.tsx';
import { StopVariant, Weights } from './variant-actions.tsx';

export function ExperimentScreen({ id }: { readonly id: string }) {
  const texts = useTexts(experimentTexts);
  const reading = api.useQuery('get', '/api/v1/experiments/{experiment}', {
    params: { path: { experiment: id } },
  });
  const { data: experiment, error, refetch } = reading;
  if (experiment === undefined)
    return error === null ? (
      <Loading>{texts.loadingOne}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const { name, hypothesis } = experiment;
  return (
    <Page
      title={name}
      heading={
        <>
          {name} <ExperimentStatus experiment={experiment} />
        </>
      }
      back={{ to: placeOf('/experiments'), label: texts.title }}
      description={hypothesis === '' ? undefined : hypothesis}
      actions={<ExperimentActions experiment={experiment} />}
    >
      <Tabs
        label={name}
        tabs={[
          { to: '/', label: texts.results },
          { to: '/setup', label: texts.setup },
          { to: '/log', label: texts.log },
        ]}
      />
      <Switch>
        <Route path="/">
          <Outcome experiment={experiment} />
        </Route>
        <Route path="/setup">
          <Setup experiment={experiment} />
        </Route>
        <Route path="/log">
          <EntryList experiment={experiment} />
        </Route>
      </Switch>
    </Page>
  );
}

function Setup({ experiment }: { readonly experiment: Experiment }) {
  const texts = useTexts(experimentTexts);
  const nameOf = useMetricName();
  const { percent, number } = useFormat();
  const { agent_id, mode, primary_metric, guard_metrics, settings, variants } = experiment;
  const effect = (value: number) => texts.effect(percent(value));
  return (
    <>
      <Facts
        facts={[
          [
            texts.agent,
            <Link key="agent" href={placeOf(`/agents/${agent_id}`)}>
              <AgentName id={agent_id} />
            </Link>,
          ],
          [
            texts.decidedBy,
            `${nameOf(primary_metric.metric)}: ${texts.directions[primary_metric.direction]}, ${effect(primary_metric.minimum_effect)}`,
          ],
          [
            texts.guards,
            guard_metrics.length === 0
              ? texts.noGuards
              : guard_metrics
                  .map((one) => `${nameOf(one.metric)} (${effect(one.minimum_effect)})`)
                  .join(', '),
          ],
          [texts.successIs, texts.successSources[settings.success.source](settings.success.event)],
          [texts.mode, texts.modes[mode]],
          [texts.confidence, percent(settings.confidence_level)],
          [texts.minimumSubjects, number(settings.minimum_subjects)],
          [texts.prior, settings.uses_prior_behaviour ? texts.yes : texts.no],
          [texts.sticky, texts.stickyHint],
          [texts.started, <Time key="started" value={experiment.started_at} form="moment" />],
          [texts.ended, <Time key="ended" value={experiment.ended_at} form="moment" />],
        ]}
      />
      <Table
        label={texts.variants}
        rows={variants}
        keyOf={({ id }) => id}
        columns={[
          {
            name: texts.variant,
            cell: ({ name, is_control, stopped_at, stop_reason }) => (
              <>
                {name} {is_control && <Badge>{texts.control}</Badge>}
                {stopped_at !== null && <Badge tone="bad">{texts.variantStopped}</Badge>}
                {stop_reason !== null && <span className="excerpt">{stop_reason}</span>}
              </>
            ),
          },
          {
            name: texts.version,
            cell: ({ version_number }) => version_number ?? texts.versionGone,
            isNumber: true,
          },
          { name: texts.weight, cell: ({ weight }) => `${number(weight)} %`, isNumber: true },
          {
            name: texts.actions,
            cell: (variant) => <StopVariant experiment={experiment} variant={variant} />,
          },
        ]}
      />
      <Weights experiment={experiment} />
    </>
  );
}
