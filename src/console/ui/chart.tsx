import { useEffect, useRef, useState } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { usePreferences } from '../app/preferences.ts';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { useFormat } from './format.ts';
import { Table } from './table.tsx';

export interface Series {
  readonly name: string;
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  /** What the chart shows, and the caption of its table. */
  readonly label: string;
  /** ISO times, ascending. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number | null) => string;
  /** Events on the time axis, such as activations. */
  readonly marks?: readonly { readonly time: string; readonly label: string }[];
  readonly height?: number;
}

/** Colours that differ in lightness too, by light-dark pairs of the tokens. */
const colours = ['--accent', '--good', '--warn', '--bad', '--text-muted'];

/** Lines over time on a canvas, and the same figures as a table for those who cannot see it. Loaded by screens with charts only. */
export function Chart({ label, times, series, format, marks = [], height = 220 }: ChartProps) {
  const texts = useTexts(uiTexts);
  const { time, day } = useFormat();
  const { theme } = usePreferences();
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours depend on the theme.
  useEffect(() => {
    const { current } = frame;
    if (current === null || width === 0) return;
    const colour = (name: string) => resolveColour(current, name);
    const grid = { stroke: colour('--line'), width: 1 };
    const axis = { stroke: colour('--text-muted'), grid, ticks: grid };
    const plot = new UPlot(
      {
        ...{ width, height, legend: { show: false }, cursor: { drag: { x: false, y: false } } },
        scales: {
          y: { range: (_, min, max) => [Math.min(0, min), max === min ? max + 1 : max * 1.05] },
        },
        axes: [axis, { ...axis, size: 64, values: (_, ticks) => ticks.map((one) => format(one)) }],
        series: [
          {},
          ...series.map(({ name }, index) => ({
            label: name,
            stroke: colour(colours[index % colours.length] ?? '--accent'),
            width: 2,
            points: { show: times.length < 3 },
          })),
        ],
        hooks: { draw: [(drawn) => drawMarks(drawn, marks, colour('--warn'))] },
      },
      [times.map((one) => Date.parse(one) / 1000), ...series.map(({ values }) => [...values])],
      current,
    );
    return () => plot.destroy();
  }, [width, height, times, series, marks, theme, format]);
  return (
    <figure className="chart">
      <figcaption className="chart-legend">
        {series.map(({ name }, index) => (
          <span key={name}>
            <i className={`swatch swatch-${index % colours.length}`} aria-hidden="true" /> {name}
          </span>
        ))}
        {marks.length > 0 && (
          <ul className="visually-hidden">
            {marks.map((mark) => (
              <li key={mark.time + mark.label}>{`${time(mark.time)}: ${mark.label}`}</li>
            ))}
          </ul>
        )}
      </figcaption>
      <div ref={frame} className="chart-frame" aria-hidden="true" />
      <details>
        <summary className="small muted">{texts.chartTable}</summary>
        <Table
          label={label}
          rows={times.map((at, index) => ({ at, index }))}
          keyOf={({ at }) => at}
          columns={[
            { name: texts.time, cell: ({ at }) => day(at) },
            ...series.map(({ name, values }) => ({
              name,
              isNumber: true,
              cell: ({ index }: { readonly index: number }) => format(values[index] ?? null),
            })),
          ]}
        />
      </details>
    </figure>
  );
}

/** A canvas does not understand `light-dark()`: the browser computes what it means here. */
function resolveColour(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function drawMarks(plot: UPlot, marks: NonNullable<ChartProps['marks']>, colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([4, 4]);
  for (const { time } of marks) {
    const x = Math.round(plot.valToPos(Date.parse(time) / 1000, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
