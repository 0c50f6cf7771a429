import type { Analytics } from '../../../client/index.ts';
import { placeOf } from '../../app/places.ts';
import { analyticsTexts } from '../../texts/analytics.ts';
import { useTexts } from '../../texts/catalogue.ts';
import type { Mark } from '../../ui/chart.tsx';
import { Figure, Figures } from '../../ui/figure.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { type Lines, ReportChart } from './report-chart.tsx';

const usageLines: Lines = [
  ['messages', ({ usage }) => usage.messages],
  ['runs', ({ usage }) => usage.runs],
];
const latencyLines: Lines = [
  ['p50', ({ performance }) => performance.latency_ms?.p50 ?? null],
  ['p95', ({ performance }) => performance.latency_ms?.p95 ?? null],
  ['p99', ({ performance }) => performance.latency_ms?.p99 ?? null],
];
const qualityLines: Lines = [
  ['positive', ({ quality }) => quality.feedback.positive, '--good'],
  ['negative', ({ quality }) => quality.feedback.negative, '--bad'],
  ['noAnswer', ({ quality }) => quality.coverage.none, '--warn'],
];
const costLines: Lines = [['cost', ({ cost }) => cost.total_usd]];

interface SectionsProps {
  readonly report: Analytics;
  readonly before: Analytics | undefined;
  readonly marks: readonly Mark[];
  /** The address of the sessions or runs behind figures. */
  readonly linkTo: (list: 'sessions' | 'runs', more?: Readonly<Record<string, string>>) => string;
  readonly linkOf: (index: number) => string;
}

/** Usage, performance, quality and cost: figures compared with the period before, and lines over time. */
export function Sections({ report, before, marks, linkTo, linkOf }: SectionsProps) {
  const texts = useTexts(analyticsTexts);
  const format = useFormat();
  const { totals: now, previous } = report;
  const was = previous.totals;
  const chart = { report, marks, linkOf };
  const pair = (of: (measures: typeof now) => number | null) => ({ now: of(now), before: of(was) });
  return (
    <div className="analytics-sections">
      <Section title={texts.usage}>
        <Figures>
          <Figure
            label={texts.chats}
            {...pair(({ usage }) => usage.chats)}
            format={format.number}
            to={linkTo('sessions')}
          />
          <Figure
            label={texts.lines.messages}
            {...pair(({ usage }) => usage.messages)}
            format={format.number}
          />
          <Figure
            label={texts.lines.runs}
            {...pair(({ usage }) => usage.runs)}
            format={format.number}
            to={linkTo('runs')}
          />
          <Figure
            label={texts.users}
            {...pair(({ usage }) => usage.unique_users)}
            format={format.number}
          />
          <Figure
            label={texts.tokens}
            {...pair(({ usage }) => usage.input_tokens + usage.output_tokens)}
            format={format.compact}
          />
        </Figures>
        <ReportChart
          label={texts.usageChart}
          lines={usageLines}
          areMarksShown
          format={format.compact}
          before={before}
          {...chart}
        />
      </Section>
      <Section title={texts.performance}>
        <Figures>
          <Figure
            label={texts.median}
            {...pair(({ performance }) => performance.latency_ms?.p50 ?? null)}
            format={format.duration}
            better="less"
          />
          <Figure
            label={texts.slow}
            {...pair(({ performance }) => performance.latency_ms?.p95 ?? null)}
            format={format.duration}
            better="less"
          />
          <Figure
            label={texts.firstToken}
            {...pair(({ performance }) => performance.first_token_ms?.p50 ?? null)}
            format={format.duration}
            better="less"
          />
          <Figure
            label={texts.errorRate}
            {...pair(({ performance }) => performance.error_rate)}
            format={format.percent}
            isShare
            better="less"
            to={linkTo('runs', { error: 'any' })}
          />
        </Figures>
        <ReportChart
          label={texts.latencyChart}
          lines={latencyLines}
          format={format.duration}
          {...chart}
        />
      </Section>
      <Section title={texts.quality}>
        <Figures>
          <Figure
            label={texts.approval}
            {...pair(({ quality }) => quality.approval_rate)}
            format={format.percent}
            isShare
            better="more"
            note={texts.ratings(now.quality.feedback.positive, now.quality.feedback.negative)}
            to={linkTo('sessions', { feedback: 'any' })}
          />
          <Figure
            label={texts.negativeRatings}
            {...pair(({ quality }) => quality.feedback.negative)}
            format={format.number}
            better="less"
            to={linkTo('sessions', { feedback: 'down' })}
          />
          <Figure
            label={texts.uncovered}
            {...pair(uncoveredShare)}
            format={format.percent}
            isShare
            better="less"
          />
          <Figure
            label={texts.confidence}
            {...pair(({ quality }) => quality.confidence)}
            format={format.percent}
            isShare
            better="more"
          />
          {now.quality.online_score !== null && (
            <Figure
              label={texts.onlineScore}
              {...pair(({ quality }) => quality.online_score)}
              format={format.percent}
              isShare
              better="more"
            />
          )}
        </Figures>
        <ReportChart
          label={texts.qualityChart}
          lines={qualityLines}
          format={format.compact}
          {...chart}
        />
      </Section>
      <Section title={texts.cost}>
        <Figures>
          <Figure
            label={texts.lines.cost}
            {...pair(({ cost }) => cost.total_usd)}
            format={format.money}
            better="less"
            to={placeOf('/cost')}
          />
          <Figure
            label={texts.perMessage}
            {...pair(({ cost }) => cost.per_message_usd)}
            format={format.money}
            better="less"
          />
          <Figure
            label={texts.perChat}
            {...pair(({ cost }) => cost.per_session_usd)}
            format={format.money}
            better="less"
          />
          <Figure
            label={texts.unpriced}
            {...pair(({ cost }) => cost.unpriced_calls)}
            format={format.number}
            better="less"
          />
        </Figures>
        <ReportChart
          label={texts.costChart}
          lines={costLines}
          format={format.money}
          before={before}
          {...chart}
        />
      </Section>
    </div>
  );
}

function uncoveredShare({ quality }: Analytics['totals']): number | null {
  const { full, partial, none } = quality.coverage;
  const all = full + partial + none;
  return all === 0 ? null : none / all;
}
