import { lazy, Suspense, useMemo } from 'react';
import type { Analytics, Measures } from '../../../client/index.ts';
import { analyticsTexts } from '../../texts/analytics.ts';
import { useTexts } from '../../texts/catalogue.ts';
import type { Colour, Mark } from '../../ui/chart.tsx';
import type { Step } from '../../ui/format.ts';
import { Loading } from '../../ui/states.tsx';

const Chart = lazy(async () => ({ default: (await import('../../ui/chart.tsx')).Chart }));

type LineName = keyof (typeof analyticsTexts)['en']['lines'];
/** The lines of a chart; constants, so that a chart is drawn anew only for other figures. */
export type Lines = readonly (readonly [
  LineName,
  (measures: Measures) => number | null,
  colour?: Colour,
])[];

/** Lines of a report over its steps; the first one is drawn for the period before, too. */
export function ReportChart({
  label,
  report,
  before,
  lines,
  format,
  marks,
  linkOf,
  areMarksShown = false,
}: {
  readonly label: string;
  readonly report: Analytics;
  readonly before?: Analytics | undefined;
  readonly lines: Lines;
  readonly format: (value: number | null) => string;
  readonly marks: readonly Mark[];
  readonly linkOf: (index: number) => string;
  readonly areMarksShown?: boolean;
}) {
  const texts = useTexts(analyticsTexts);
  const times = useMemo(() => report.series.map(({ start }) => start), [report]);
  const series = useMemo(() => {
    const shown = lines.map(([name, read, colour]) => ({
      name: texts.lines[name],
      values: report.series.map(read),
      ...(colour !== undefined && { colour }),
    }));
    const [first] = lines;
    if (first === undefined || before === undefined) return shown;
    const values = report.series.map((_, index) => {
      const step = before.series[index];
      return step === undefined ? null : first[1](step);
    });
    return [...shown, { name: texts.lineBefore(texts.lines[first[0]]), values, isFaint: true }];
  }, [report, before, lines, texts]);
  return (
    <Suspense fallback={<Loading height={254}>{texts.drawing}</Loading>}>
      <Chart
        {...{ label, times, series, format, marks, linkOf, areMarksShown }}
        height={200}
        timeZone={report.time_zone}
        step={report.granularity as Step}
      />
    </Suspense>
  );
}
