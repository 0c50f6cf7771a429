import type {
  ExperimentMetricResult,
  ExperimentResults,
  ExperimentVariantResult,
} from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentResultTexts } from '../../texts/experiment-results.ts';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';
import { IntervalBar } from './interval-bar.tsx';
import { useMetricFormat, useMetricName } from './metrics.ts';

interface Row {
  readonly variant: ExperimentVariantResult;
  readonly result: ExperimentMetricResult;
}

type Ends = Pick<ExperimentMetricResult, 'low' | 'high'>;

const tones = { better: 'good', worse: 'bad', equivalent: 'info', undecided: 'neutral' } as const;

/** One metric of all variants: intervals on a common scale, and the differences to the control. */
export function MetricResult({
  metric,
  results,
  isGuard = false,
}: {
  readonly metric: string;
  readonly results: ExperimentResults;
  readonly isGuard?: boolean;
}) {
  const texts = useTexts(experimentResultTexts);
  const nameOf = useMetricName();
  const formatOf = useMetricFormat();
  const { percent, number } = useFormat();
  const rows: readonly Row[] = results.variants.flatMap((variant) =>
    variant.metrics
      .filter((result) => result.metric === metric)
      .map((result) => ({ variant, result })),
  );
  const format = formatOf(rows[0]?.result.unit ?? 'value');
  // The difference of two shares is not another share: 50 % to 70 % is 20 points.
  const isShare = rows[0]?.result.unit === 'share';
  const differs = (value: number | null) =>
    isShare && value !== null ? texts.points(number(Math.round(value * 1000) / 10)) : format(value);
  const range = rangeOf(rows.map(({ result }) => result));
  const interval = ({ low, high }: Ends, show = format) =>
    low === null && high === null ? '–' : `${show(low)} – ${show(high)}`;
  const title = nameOf(metric);
  const Heading = isGuard ? 'h3' : 'h2';
  return (
    <section className="section" aria-label={title}>
      <Heading>{title}</Heading>
      <Table
        label={title}
        rows={rows}
        keyOf={({ variant }) => variant.id}
        columns={[
          {
            name: texts.variant,
            cell: ({ variant: { name, is_control } }) => (
              <>
                {name} {is_control && <Badge>{texts.control}</Badge>}
              </>
            ),
          },
          { name: texts.value, cell: ({ result }) => format(result.value), isNumber: true },
          {
            name: texts.interval(percent(results.confidence_level)),
            cell: ({ result }) => (
              <div className="interval">
                <IntervalBar range={range} interval={result} />
                <span className="small muted">{interval(result)}</span>
              </div>
            ),
          },
          {
            name: texts.difference,
            cell: ({ result: { versus_control: versus } }) =>
              versus === null ? (
                '–'
              ) : (
                <>
                  {sign(versus.difference)}
                  {differs(versus.difference)}
                  {versus.lift !== null && ` (${sign(versus.lift)}${percent(versus.lift)})`}
                  <span className="excerpt">
                    {interval(versus, differs)}, p = {versus.p_value.toPrecision(2)}
                  </span>
                </>
              ),
          },
          {
            name: texts.verdict,
            cell: ({ result: { versus_control: versus } }) =>
              versus === null ? (
                '–'
              ) : (
                <Badge tone={tones[versus.verdict]}>{texts.verdicts[versus.verdict]}</Badge>
              ),
          },
        ]}
      />
    </section>
  );
}

const sign = (value: number): string => (value > 0 ? '+' : '');

/** The scale that holds all intervals, from 0 where that is near. */
function rangeOf(results: readonly ExperimentMetricResult[]): readonly [number, number] {
  const ends = results.flatMap(({ value, low, high }) =>
    [value, low, high].filter((one) => one !== null),
  );
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  return low === high ? [low, low + 1] : [low, high];
}
