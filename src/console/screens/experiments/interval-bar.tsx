interface Interval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const width = 160;
const height = 14;

/** A value with its interval on a scale; the figures stand beside it. */
export function IntervalBar({
  range: [from, to],
  interval: { value, low, high },
}: {
  readonly range: readonly [from: number, to: number];
  readonly interval: Interval;
}) {
  if (value === null) return null;
  const place = (one: number) => 4 + ((one - from) / (to - from)) * (width - 8);
  return (
    <svg
      className="interval-bar"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden="true"
    >
      <line className="interval-scale" x1={0} x2={width} y1={7} y2={7} />
      {low !== null && high !== null && (
        <rect
          className="interval-range"
          x={place(low)}
          y={4}
          width={Math.max(1, place(high) - place(low))}
          height={6}
          rx={3}
        />
      )}
      <circle className="interval-value" cx={place(value)} cy={7} r={4} />
    </svg>
  );
}
