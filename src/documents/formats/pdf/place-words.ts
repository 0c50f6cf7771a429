import { encodeLines, type LineLayout, type PageLayout } from '../../page-layout.ts';
import type { PlacedSegment, WrittenPage } from './page-writer.ts';
import type { Page } from './text-runs.ts';

type Viewport = Pick<ReturnType<Page['getViewport']>, 'width' | 'height' | 'transform'>;

/** Sizes and rotation of a page as a reader shows it: cropped and turned. */
export interface Sheet {
  readonly viewport: Viewport;
  readonly rotation: number;
}

export const sheetOf = (page: Page): Sheet => ({
  viewport: page.getViewport({ scale: 1 }),
  rotation: ((page.rotate % 360) + 360) % 360,
});

/** Returns where the words of a page stand, with offsets in its text after `clean`. */
export function layoutOf(
  { viewport, rotation }: Sheet,
  { text, placed }: WrittenPage,
  clean: string,
): PageLayout {
  const toClean = offsetsIn(text, clean);
  return {
    width: round(viewport.width),
    height: round(viewport.height),
    rotation,
    lines: encodeLines(placed.flatMap((one) => lineOf(one, viewport.transform, toClean))),
  };
}

/** Baseline of vertical writing, which runs through the middle of its letters, in em. */
const middle = 0.33;

function lineOf(
  { segment, angle, words }: PlacedSegment,
  transform: readonly number[],
  toClean: (offset: number) => number,
): LineLayout[] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = transform;
  const radians = (angle * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
  const { x } = segment;
  const y = segment.y - (segment.isVertical ? segment.size * middle : 0);
  const [ux, uy] = [x * cosine - y * sine, x * sine + y * cosine];
  const [right, down] = [a * cosine + c * sine, b * cosine + d * sine];
  const scale = Math.hypot(right, down);
  const placed = words
    .map(({ start, end, from, to }) => ({
      start: toClean(start),
      end: toClean(end),
      from: (from - x) * scale,
      to: (to - x) * scale,
    }))
    .filter(({ start, end, from, to }) => end > start && Number.isFinite(from + to));
  if (placed.length === 0) return [];
  return [
    {
      x: a * ux + c * uy + e,
      y: b * ux + d * uy + f,
      size: segment.size * scale,
      angle: (Math.round((Math.atan2(down, right) * 180) / Math.PI) + 360) % 360,
      words: placed,
    },
  ];
}

const round = (points: number) => Math.round(points * 10) / 10;

/** Maps offsets of a text to those of the same text without some of its characters. */
function offsetsIn(text: string, clean: string): (offset: number) => number {
  if (text.length === clean.length) return (offset) => offset;
  const offsets = new Uint32Array(text.length + 1);
  let to = 0;
  for (let from = 0; from < text.length; from += 1) {
    offsets[from] = to;
    if (isSame(text[from] ?? '', clean[to])) to += 1;
  }
  offsets[text.length] = to;
  return (offset) => offsets[offset] ?? to;
}

/** True for a unit and what `cleanText` makes of it: line feeds, and replacements of lone surrogates. */
const isSame = (unit: string, clean: string | undefined) =>
  unit === clean ||
  (clean === '\n' && /[\r\u0085\u2028\u2029\f\v]/.test(unit)) ||
  (clean === '\ufffd' && /[\ud800-\udfff]/.test(unit));
