/** A run of text as the PDF parser gives it; `transform` places it on the page, origin bottom left. */
export interface PdfRun {
  readonly str: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
}

export interface PdfLine {
  readonly text: string;
  readonly y: number;
  readonly size: number;
}

/** Joins runs into lines. A space goes in where the page leaves room for one. */
export function readLines(runs: readonly PdfRun[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let text = '';
  let size = 0;
  let y: number | null = null;
  let right = 0;
  const flush = () => {
    if (text.trim() !== '') lines.push({ text: text.replaceAll(/\s+/g, ' ').trim(), y: y ?? 0, size });
    text = '';
    size = 0;
    y = null;
  };
  for (const run of runs) {
    const [, , , , x = 0, baseline = 0] = run.transform;
    const height = run.height || Math.abs(run.transform[3] ?? 0);
    if (y !== null && run.str.trim() !== '' && Math.abs(baseline - y) > Math.max(size, height) * 0.6) flush();
    if (text !== '' && run.str !== '' && x - right > Math.max(height, 1) * 0.2 && !/\s$/.test(text)) text += ' ';
    text += run.str;
    if (run.str.trim() !== '') {
      y ??= baseline;
      size = Math.max(size, height);
      right = x + run.width;
    }
    if (run.hasEOL) flush();
  }
  flush();
  return lines;
}

/** The size of most of the text, by characters. */
export function bodySizeOf(lines: readonly PdfLine[]): number {
  const characters = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    characters.set(rounded, (characters.get(rounded) ?? 0) + text.length);
  }
  return [...characters].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}

/** Lines as paragraphs; larger type is a heading, a larger gap is a new paragraph, a hyphen at a line's end is undone. */
export function writePage(lines: readonly PdfLine[], bodySize: number): string {
  let text = '';
  let previous: (PdfLine & { readonly level: number }) | null = null;
  for (const line of lines) {
    const level = headingLevel(line, bodySize);
    const continues: boolean =
      previous !== null && previous.level === level && Math.abs(line.size - previous.size) < 1 && isNear(previous, line);
    if (previous === null) text = mark(level) + line.text;
    else if (!continues) text += `\n\n${mark(level)}${line.text}`;
    else if (/\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(line.text)) text = text.slice(0, -1) + line.text;
    else text += (level > 0 ? ' ' : '\n') + line.text;
    previous = { ...line, level };
  }
  return text;
}

const mark = (level: number) => (level === 0 ? '' : `${'#'.repeat(level)} `);

const isNear = (above: PdfLine, below: PdfLine) => {
  const gap = above.y - below.y;
  return gap >= -1 && gap <= Math.max(above.size, below.size) * 1.9;
};

function headingLevel({ size, text }: PdfLine, bodySize: number): number {
  if (bodySize === 0 || text.length > 150 || !/\p{L}{2}/u.test(text)) return 0;
  const ratio = size / bodySize;
  return ratio >= 1.7 ? 1 : ratio >= 1.35 ? 2 : ratio >= 1.15 ? 3 : 0;
}
