import UPlot from 'uplot';
import type { Mark, Series } from './chart.tsx';
import type { Step } from './format.ts';

/** Colours that differ in lightness too, by light-dark pairs of the tokens. */
export const colours = ['--accent', '--good', '--warn', '--bad', '--text-muted'];

interface Drawing {
  readonly frame: HTMLElement;
  readonly width: number;
  readonly height: number;
  readonly times: readonly string[];
  readonly series: readonly Series[];
  readonly marks: readonly Mark[];
  readonly timeZone: string;
  readonly format: (value: number | null) => string;
  /** Writes a tick of the time axis. */
  readonly tick: (time: string, step: Step) => string;
  readonly onPoint: (index: number | null) => void;
}

const seconds = (time: string): number => Date.parse(time) / 1000;
const day = 86_400;

/** Draws lines on a canvas in the frame. */
export function createPlot(drawing: Drawing): UPlot {
  const { frame, width, height, times, series, marks, timeZone, format, tick, onPoint } = drawing;
  const colour = (name: string) => resolveColour(frame, name);
  const grid = { stroke: colour('--line'), width: 1 };
  const axis = { stroke: colour('--text-muted'), grid, ticks: grid };
  return new UPlot(
    {
      ...{ width, height, legend: { show: false }, cursor: { drag: { x: false, y: false } } },
      // Steps begin at midnight of the zone of the report.
      tzDate: (at) => UPlot.tzDate(new Date(at * 1000), timeZone),
      padding: [marks.length === 0 ? 8 : 18, 12, 0, 0],
      scales: {
        // Up to the last mark, which may be later than the start of the last step.
        x: {
          range: (_, min, max) => [
            min,
            Math.max(max > min ? max : min + day, ...marks.map(({ time }) => seconds(time))),
          ],
        },
        y: { range: (_, min, max) => [Math.min(0, min), max === min ? max + 1 : max * 1.05] },
      },
      axes: [
        {
          ...axis,
          size: 32,
          values: (_, ticks, _axis, _space, increment) =>
            ticks.map((at) => tick(new Date(at * 1000).toISOString(), stepOf(increment))),
        },
        { ...axis, size: 68, values: (_, ticks) => ticks.map((one) => format(one)) },
      ],
      series: [
        {},
        ...series.map(({ name, values, isFaint = false }, index) => ({
          label: name,
          stroke: colour(
            isFaint ? '--text-muted' : (colours[index % colours.length] ?? '--accent'),
          ),
          width: isFaint ? 1.5 : 2,
          ...(isFaint && { dash: [4, 4] }),
          points: {
            show: times.length < 3,
            filter: times.length < 3 ? null : isolated(values),
          },
        })),
      ],
      hooks: {
        draw: [(drawn) => drawMarks(drawn, marks, colour('--warn'))],
        setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)],
      },
    },
    [times.map(seconds), ...series.map(({ values }) => [...values])],
    frame,
  );
}

/** Points between gaps, which no line shows. */
const isolated = (values: Series['values']): number[] =>
  values.flatMap((value, index) =>
    value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null
      ? [index]
      : [],
  );

/** Puts the cursor on a point, as the pointer would. */
export function showPoint(plot: UPlot, time: string | undefined): void {
  if (time === undefined) plot.setCursor({ left: -10, top: -10 });
  else plot.setCursor({ left: plot.valToPos(seconds(time), 'x'), top: 1 });
}

const stepOf = (increment: number): Step =>
  increment < day ? 'hour' : increment < 28 * day ? 'day' : 'month';

/** A canvas does not understand `light-dark()`: the browser computes what it means here. */
function resolveColour(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Lines down the chart, with the numbers under which the marks are listed. */
function drawMarks(plot: UPlot, marks: readonly Mark[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.textAlign = 'center';
  ctx.font = `${Math.round(11 * devicePixelRatio)}px sans-serif`;
  ctx.setLineDash([4, 4]);
  const labels: { readonly x: number; numbers: string }[] = [];
  for (const [index, { time }] of marks.entries()) {
    const x = Math.round(plot.valToPos(seconds(time), 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const last = labels.at(-1);
    if (last !== undefined && x - last.x < 14 * devicePixelRatio) last.numbers += `, ${index + 1}`;
    else labels.push({ x, numbers: String(index + 1) });
  }
  for (const { x, numbers } of labels) ctx.fillText(numbers, x, bbox.top - 4 * devicePixelRatio);
  ctx.restore();
}
