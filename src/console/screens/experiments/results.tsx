import type { Experiment, ExperimentResults } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentResultTexts } from '../../texts/experiment-results.ts';
import { DownloadButton } from '../../ui/download-button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { Forecast } from './forecast.tsx';
import { Measured } from './measured.tsx';
import { MetricResult } from './metric-result.tsx';
import { useMetricName } from './metrics.ts';

/** Milliseconds between two looks at an experiment that runs; the API counts every minute. */
const lookEvery = 15_000;
const noteOf = {
  promote: 'note-good',
  stop: 'note-bad',
  no_difference: '',
  keep_running: '',
} as const;

export function Results({ experiment }: { readonly experiment: Experiment }) {
  const { id, status } = experiment;
  const texts = useTexts(experimentResultTexts);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/experiments/{experiment}/results',
    { params: { path: { experiment: id } } },
    { refetchInterval: status === 'running' ? lookEvery : false },
  );
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingResults}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const primary = data.variants[0]?.metrics.filter(({ role }) => role === 'primary') ?? [];
  const guards = data.variants[0]?.metrics.filter(({ role }) => role === 'guard') ?? [];
  return (
    <>
      <Recommendation results={data} />
      {status === 'running' && data.required?.days_left == null && (
        <Forecast
          agent={experiment.agent_id}
          metric={experiment.primary_metric.metric}
          effect={experiment.primary_metric.minimum_effect}
          minimum={experiment.settings.minimum_subjects}
          weights={data.variants.map(({ weight }) => weight)}
        />
      )}
      <Warnings results={data} />
      {primary.map(({ metric }) => (
        <MetricResult key={metric} metric={metric} results={data} />
      ))}
      <Variants results={data} />
      {guards.length > 0 && (
        <Section title={texts.guards} description={texts.guardsHint}>
          <Guards results={data} />
          {guards.map(({ metric }) => (
            <MetricResult key={metric} metric={metric} results={data} isGuard />
          ))}
        </Section>
      )}
      <div className="page-actions">
        <DownloadButton
          label={texts.exportCsv}
          name={`${id}.csv`}
          read={() =>
            client
              .GET('/api/v1/experiments/{experiment}/export', {
                params: { path: { experiment: id } },
                headers: { accept: 'text/csv' },
                parseAs: 'blob',
              })
              .then((read) => read.data)
          }
        />
        <span className="muted small">
          {texts.countedUntil} <Time value={data.counted_until} form="moment" />
        </span>
      </div>
    </>
  );
}

/** What to do now, why, and by which rule. */
function Recommendation({ results }: { readonly results: ExperimentResults }) {
  const texts = useTexts(experimentResultTexts);
  const { number, percent } = useFormat();
  const { recommendation, required, stopping_rule, variants, is_final } = results;
  const variant = variants.find(({ id }) => id === recommendation.variant_id);
  return (
    <div className={`note ${noteOf[recommendation.action]}`}>
      <p>
        <strong>
          {texts.recommendations[recommendation.action]}
          {variant !== undefined && `: ${variant.name}`}
        </strong>
      </p>
      <p>
        <Measured>{recommendation.reason}</Measured>
      </p>
      {required !== null && !is_final && (
        <p>
          {texts.progress(number(required.subjects), percent(Math.min(1, required.progress)))}
          {required.days_left !== null &&
            ` ${texts.daysLeft(number(Math.ceil(required.days_left)))}`}
        </p>
      )}
      <details>
        <summary>{texts.stoppingRule}</summary>
        <p>
          <Measured>{stopping_rule}</Measured>
        </p>
      </details>
    </div>
  );
}

function Warnings({
  results: { warnings, sample_ratio },
}: {
  readonly results: ExperimentResults;
}) {
  const texts = useTexts(experimentResultTexts);
  if (warnings.length === 0) return null;
  return (
    <ul className="list" aria-label={texts.warnings}>
      {warnings.map(({ code, detail }) => (
        <li
          key={code}
          className={`note ${code === 'sample_ratio_mismatch' ? 'note-bad' : 'note-warn'}`}
        >
          <strong>{texts.warningTitles[code]}</strong>
          {code === 'sample_ratio_mismatch' && ` (p = ${sample_ratio.p_value.toPrecision(2)})`}
          <p>
            <Measured>{detail}</Measured>
          </p>
        </li>
      ))}
    </ul>
  );
}

function Variants({ results }: { readonly results: ExperimentResults }) {
  const texts = useTexts(experimentResultTexts);
  const { number, percent } = useFormat();
  return (
    <Section title={texts.variants} description={texts.subjectsHint}>
      <Table
        label={texts.variants}
        rows={results.variants}
        keyOf={({ id }) => id}
        columns={[
          {
            name: texts.variant,
            cell: ({ name, is_control, stopped_at }) => (
              <>
                {name} {is_control && <Badge>{texts.control}</Badge>}
                {stopped_at !== null && <Badge tone="bad">{texts.variantStopped}</Badge>}
              </>
            ),
          },
          { name: texts.weight, cell: ({ weight }) => `${number(weight)} %`, isNumber: true },
          { name: texts.exposures, cell: ({ exposures }) => number(exposures), isNumber: true },
          { name: texts.subjects, cell: ({ subjects }) => number(subjects), isNumber: true },
          {
            name: texts.probabilityBest,
            cell: ({ probability_best }) => percent(probability_best),
            isNumber: true,
            isMinor: true,
          },
        ]}
      />
    </Section>
  );
}

const guardTones = {
  ok: 'good',
  undecided: 'neutral',
  worse: 'warn',
  harmful: 'bad',
  no_data: 'neutral',
} as const;

function Guards({ results: { guards, variants } }: { readonly results: ExperimentResults }) {
  const texts = useTexts(experimentResultTexts);
  const nameOf = useMetricName();
  return (
    <Table
      label={texts.guards}
      rows={guards}
      keyOf={({ metric, variant_id }) => metric + variant_id}
      columns={[
        { name: texts.metric, cell: ({ metric }) => nameOf(metric) },
        {
          name: texts.variant,
          cell: ({ variant_id }) => variants.find(({ id }) => id === variant_id)?.name ?? '–',
        },
        {
          name: texts.state,
          cell: ({ state }) => <Badge tone={guardTones[state]}>{texts.guardStates[state]}</Badge>,
        },
      ]}
    />
  );
}
