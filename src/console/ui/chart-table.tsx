import { Link } from 'wouter';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import type { ChartProps, Mark } from './chart.tsx';
import { type Step, useFormat } from './format.ts';
import { type Column, Table } from './table.tsx';
import { Time } from './time.tsx';

interface Row {
  readonly at: string;
  readonly index: number;
}

/** What a chart shows, in words: its marks by their numbers, and its figures as a table. */
export function ChartTable({
  label,
  times,
  series,
  format,
  marks,
  timeZone,
  step,
  linkOf,
  areMarksShown = false,
}: ChartProps & {
  readonly marks: readonly Mark[];
  readonly timeZone: string;
  readonly step: Step;
}) {
  const texts = useTexts(uiTexts);
  const formats = useFormat();
  const columns: readonly Column<Row>[] = [
    { name: texts.time, cell: ({ at }) => formats.step(at, step, timeZone) },
    ...series.map(({ name, values }) => ({
      name,
      isNumber: true,
      cell: ({ index }: Row) => format(values[index] ?? null),
    })),
    ...(linkOf === undefined
      ? []
      : [
          {
            name: texts.chartOpen,
            cell: ({ at, index }: Row) => (
              <Link
                href={linkOf(index)}
                aria-label={`${texts.chartOpen}: ${formats.step(at, step, timeZone)}`}
              >
                {texts.chartOpen}
              </Link>
            ),
          },
        ]),
  ];
  return (
    <>
      {marks.length > 0 && (
        <details open={areMarksShown}>
          <summary className="small muted">{texts.chartMarks(marks.length)}</summary>
          <ol className="chart-marks small">
            {marks.map(({ time, label: text }) => (
              <li key={time + text}>
                <Time value={time} form="moment" /> · {text}
              </li>
            ))}
          </ol>
        </details>
      )}
      <details>
        <summary className="small muted">{texts.chartTable}</summary>
        <Table
          label={label}
          rows={times.map((at, index) => ({ at, index }))}
          keyOf={({ at }) => at}
          columns={columns}
        />
      </details>
    </>
  );
}
