/** One subtitle. Times are in seconds. */
export interface Cue {
  readonly start: number;
  readonly end: number;
  /** Name of the speaker; null when none is declared. */
  readonly speaker: string | null;
  readonly lines: readonly string[];
}

const time = String.raw`(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})`;
const timing = new RegExp(String.raw`^\s*${time}\s*-->\s*${time}(?:\s|$)`);

const timingOf = (line = ''): RegExpExecArray | null =>
  line.includes('-->') ? timing.exec(line) : null;

/** Reads the cues of a WebVTT or SubRip file (W3C WebVTT, 4). Other blocks, such as notes and styles, are skipped. */
export function* readCues(text: string): Generator<Cue> {
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; ) {
    const match = timingOf(lines[at]);
    at += 1;
    if (match === null) continue;
    const first = at;
    while (at < lines.length && !isEnd(lines, at)) at += 1;
    yield* cuesOf(lines.slice(first, at).join('\n'), secondsOf(match, 1), secondsOf(match, 5));
  }
}

/** True for an empty line, and for the timing or number of the next cue where the empty line is missing. */
function isEnd(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  return (
    line.trim() === '' ||
    timingOf(line) !== null ||
    (/^\s*\d+\s*$/.test(line) && timingOf(lines[at + 1]) !== null)
  );
}

function secondsOf(match: RegExpExecArray, from: number): number {
  const [hours, minutes, seconds, fraction] = [0, 1, 2, 3].map(
    (offset) => match[from + offset] ?? '0',
  ) as [string, string, string, string];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(`0.${fraction}`);
}

/** Splits a cue at its voice tags, `<v Name>`: each begins the text of a speaker. */
function* cuesOf(payload: string, start: number, end: number): Generator<Cue> {
  const [before = '', ...voices] = payload.split(/<v(?:\.[^\s>]{0,100})?[ \t]+([^>\n]{0,200})>/);
  const parts: (readonly [string | null, string])[] = [[null, before]];
  for (let at = 0; at < voices.length; at += 2)
    parts.push([plain(voices[at] ?? '').trim() || null, voices[at + 1] ?? '']);
  for (const [speaker, text] of parts) {
    const lines = plain(text)
      .split('\n')
      .map((line) => line.replaceAll(/\s+/g, ' ').trim())
      .filter((line) => line !== '');
    if (lines.length > 0) yield { start, end, speaker, lines };
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lrm: '',
  rlm: '',
  '#39': "'",
};

/** Removes tags of WebVTT and SubRip, such as `<i>`, `<00:01.500>` and `{\an8}`, and replaces character references. */
const plain = (text: string): string =>
  text
    .replaceAll(/<br[ \t]*\/?>/gi, '\n')
    .replaceAll(/<\/?(?:[a-z][^<>\n]{0,300}|[\d:.,]{1,20})?>/gi, '')
    .replaceAll(/\{\\[^{}\n]{0,100}\}/g, '')
    .replaceAll(
      /&(amp|lt|gt|quot|apos|nbsp|lrm|rlm|#39);/g,
      (_, name: string) => entities[name] ?? '',
    );
