import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useLocation } from 'wouter';
import { usePreferences } from '../app/preferences.ts';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { colourOf, type colours, createPlot, showPoint } from './chart-plot.ts';
import { ChartTable } from './chart-table.tsx';
import { type Step, useFormat } from './format.ts';

export interface Series {
  readonly name: string;
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[];
  /** Dashed and grey, such as the period before. */
  readonly isFaint?: boolean;
  /** What it means, where that has a colour; default: by its place. */
  readonly colour?: Colour;
}

export type Colour = (typeof colours)[number];

/** An event on the time axis, such as an activation. */
export interface Mark {
  readonly time: string;
  readonly label: string;
}

export interface ChartProps {
  /** What the chart shows, and the caption of its table. */
  readonly label: string;
  /** ISO times, ascending. Like series and marks, the same array until it changes: another one is drawn anew. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number | null) => string;
  readonly marks?: readonly Mark[];
  readonly height?: number;
  /** The time zone in which steps begin; default: that of the viewer. */
  readonly timeZone?: string;
  readonly step?: Step;
  /** Lists the marks below the chart at once; otherwise on demand. */
  readonly areMarksShown?: boolean;
  /** Where a point leads, such as the sessions of a day. */
  readonly linkOf?: (index: number) => string;
}

const noMarks: readonly Mark[] = [];
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * Lines over time on a canvas. The pointer or the arrow keys choose a point, whose values are written above; the same figures are
 * a table for those who cannot see it. Loaded by screens with charts only.
 */
export function Chart(props: ChartProps) {
  const { label, times, series, format, marks = noMarks, height = 220, linkOf } = props;
  const { timeZone = ownZone, step = 'day' } = props;
  const texts = useTexts(uiTexts);
  const id = useId();
  const formats = useFormat();
  const { theme } = usePreferences();
  const [, navigate] = useLocation();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const width = useWidth(frame);
  const [point, setPoint] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours depend on the theme.
  useEffect(() => {
    const { current } = frame;
    if (current === null || width === 0) return;
    const made = createPlot({
      ...{ frame: current, width, height, times, series, marks, timeZone, format },
      tick: (time, tickStep) => formats.step(time, tickStep, timeZone, true),
      onPoint: setPoint,
    });
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [width, height, times, series, marks, theme, format, timeZone, formats]);
  const open = (index: number | null) => {
    if (index !== null && linkOf !== undefined) navigate(linkOf(index));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextPoint(event.key, point, times.length);
    if (event.key === 'Enter') open(point);
    if (next === undefined) return;
    event.preventDefault();
    if (plot.current !== null) showPoint(plot.current, next === null ? undefined : times[next]);
  };
  const time = point === null ? undefined : times[point];
  const at = time === undefined ? '' : formats.step(time, step, timeZone);
  const valueAt = (one: Series) =>
    point === null || time === undefined ? '' : `: ${format(one.values[point] ?? null)}`;
  const spoken = [at, ...series.map((one) => one.name + valueAt(one))].join(', ');
  return (
    <figure className="chart">
      <figcaption className="chart-legend">
        {series.map((one, index) => (
          <span key={one.name}>
            <i
              className={`swatch${one.isFaint === true ? ' swatch-faint' : ''}`}
              style={
                one.isFaint === true ? undefined : { background: `var(${colourOf(one, index)})` }
              }
              aria-hidden="true"
            />{' '}
            {one.name}
            <span className="chart-value">{valueAt(one)}</span>
          </span>
        ))}
        <span className="muted chart-value">
          {[at, ...marksOf(marks, times, point)].join(' · ')}
        </span>
      </figcaption>
      <div
        ref={frame}
        className={`chart-frame${linkOf === undefined ? '' : ' chart-link'}`}
        style={{ minHeight: height }}
        role="slider"
        tabIndex={0}
        aria-describedby={`${id}-keys`}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, times.length - 1)}
        aria-valuenow={point ?? Math.max(0, times.length - 1)}
        aria-valuetext={spoken}
        onKeyDown={onKeyDown}
        onClick={() => open(point)}
      />
      <p id={`${id}-keys`} className="visually-hidden">
        {texts.chartKeys}
      </p>
      <ChartTable {...props} marks={marks} timeZone={timeZone} step={step} />
    </figure>
  );
}

function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (frame.current === null) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}

/** What happened from a point to the next one. */
function marksOf(
  marks: readonly Mark[],
  times: readonly string[],
  point: number | null,
): readonly string[] {
  const from = point === null ? undefined : times[point];
  if (point === null || from === undefined) return [];
  const to = times[point + 1];
  return marks
    .filter(({ time }) => time >= from && (to === undefined || time < to))
    .map(({ label }) => label);
}

/** The point that a key chooses; null for none, undefined for a key without meaning. */
function nextPoint(key: string, point: number | null, count: number): number | null | undefined {
  const last = count - 1;
  if (key === 'ArrowLeft') return Math.max(0, (point ?? count) - 1);
  if (key === 'ArrowRight') return Math.min(last, (point ?? last) + 1);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  return key === 'Escape' ? null : undefined;
}
