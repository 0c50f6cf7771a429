import { actualTextOf } from './actual-text.ts';
import { isRightToLeft } from './bidi.ts';
import { type GlyphTrail, lengthOf } from './glyphs.ts';
import type { PdfReading } from './guard.ts';

import type { PdfRun } from './lines.ts';
import type { Pdf } from './open-pdf.ts';

export type Page = Awaited<ReturnType<Pdf['getPage']>>;
type TextContent = Awaited<ReturnType<Page['getTextContent']>>;
type Item = TextContent['items'][number];

/**
 * Streams the runs of a page, so that an endless page is abandoned before its text fills the
 * memory.
 */
export async function readRuns(page: Page, { budget, trail }: PdfReading): Promise<PdfRun[]> {
  const collector = new RunCollector(trail);
  trail.clear();
  // Ligatures are resolved later, in reading order.
  const stream = page.streamTextContent({ disableNormalization: true, includeMarkedContent: true });
  const reader = (stream as ReadableStream<TextContent>).getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const { items, styles } = chunk.value;
      collector.learn(styles);
      for (const item of items) budget.write(collector.add(item));
      budget.check();
    }
  } catch (error) {
    await reader.cancel(new Error('The page is not read to its end.')).catch(() => undefined);
    throw error;
  }
  // The parser skips what it cannot read: a page may seem complete although a limit was exceeded.
  budget.check();
  return collector.runs;
}

class RunCollector {
  readonly runs: PdfRun[] = [];
  readonly #vertical = new Set<string>();
  /** Open marked content: its replacement text and the index of its first run. */
  readonly #open: { readonly text: string | null; readonly from: number }[] = [];
  readonly #trail: GlyphTrail;

  constructor(trail: GlyphTrail) {
    this.#trail = trail;
  }

  learn(styles: TextContent['styles']): void {
    for (const [name, style] of Object.entries(styles))
      if (style.vertical) this.#vertical.add(name);
  }

  /** Returns the number of characters added. */
  add(item: Item): number {
    if ('str' in item) {
      this.runs.push({
        ...item,
        isVertical: this.#vertical.has(item.fontName),
        glyphs: this.#trail.take(lengthOf(item.str)),
      });
      return item.str.length;
    }
    if (item.type !== 'endMarkedContent') {
      this.#open.push({
        text: actualTextOf('tag' in item ? item.tag : null),
        from: this.runs.length,
      });
      return 0;
    }
    const closed = this.#open.pop();
    return closed === undefined || closed.text === null
      ? 0
      : this.#replace(closed.text, closed.from);
  }

  /**
   * Replaces runs by their ActualText (ISO 32000-2, 14.9.4): the letters of a complex script, a
   * ligature or a hyphenated word. Longer texts are ignored, since a reader sees the glyphs only.
   */
  #replace(text: string, from: number): number {
    const replaced = this.runs.slice(from);
    const [first] = replaced.filter(({ str }) => str.trim() !== '');
    const drawn = replaced.reduce((sum, { str }) => sum + str.length, 0);
    if (first === undefined || text.length > drawn * 4 + 4) return 0;
    this.runs.length = from;
    const isTurned = first.transform[1] !== 0;
    const end = replaced.reduce(
      (most, { transform, width }) => Math.max(most, (transform[4] ?? 0) + width),
      0,
    );
    const width = isTurned
      ? replaced.reduce((sum, run) => sum + run.width, 0)
      : end - (first.transform[4] ?? 0);
    this.runs.push({
      ...first,
      glyphs: null,
      str: text,
      dir: isRightToLeft(text) ? 'rtl' : 'ltr',
      width: Math.max(width, first.width),
    });
    return text.length;
  }
}
