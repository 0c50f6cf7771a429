import type { Cue } from './cues.ts';

interface Paragraph {
  readonly start: number;
  end: number;
  readonly speaker: string | null;
  text: string;
}

/** Silence that ends a paragraph, in seconds. */
const minPause = 3;
/** Length from which a paragraph ends with its sentence, and at which it ends in any case. */
const wanted = 500;
const maxLength = 1500;
const sentenceEnd = /[.!?…。！？][\p{Pe}\p{Pf}"']*$/u;
/** Name before a colon, as meeting software writes it into the text. */
const namePrefix = /^(\p{Lu}[\p{L}\p{M}\p{N} .'’()-]{0,60}):\s+(?=\S)/u;

/**
 * Joins cues to paragraphs of one speaker each, without the lines that scrolling captions repeat. Each begins with
 * the time of its first cue.
 */
export function toParagraphs(cues: Iterable<Cue>): string[] {
  const paragraphs: Paragraph[] = [];
  let shown: readonly string[] = [];
  for (const cue of cues) {
    const lines = withoutRepeated(cue.lines, shown);
    shown = cue.lines;
    const last = paragraphs.at(-1);
    if (lines.length === 0) {
      if (last !== undefined) last.end = Math.max(last.end, cue.end);
      continue;
    }
    const { speaker, text } = withSpeaker(cue.speaker, lines);
    if (last !== undefined && continues(last, cue.start, speaker)) {
      last.text = joinText(last.text, text);
      last.end = cue.end;
    } else paragraphs.push({ start: cue.start, end: cue.end, speaker, text });
  }
  return paragraphs.map(
    ({ start, speaker, text }) =>
      `[${clock(start)}] ${speaker === null ? '' : `${speaker}: `}${text}`,
  );
}

/** Removes the first lines of a cue that the cue before it has shown as its last. */
function withoutRepeated(lines: readonly string[], shown: readonly string[]): readonly string[] {
  for (let count = Math.min(lines.length, shown.length); count > 0; count -= 1) {
    const tail = shown.slice(-count);
    if (tail.every((line, index) => line === lines[index])) return lines.slice(count);
  }
  return lines;
}

function withSpeaker(speaker: string | null, lines: readonly string[]) {
  const text = lines.reduce(joinText);
  const match = speaker === null ? namePrefix.exec(text) : null;
  return match === null
    ? { speaker, text }
    : { speaker: match[1] ?? null, text: text.slice(match[0].length) };
}

function continues(last: Paragraph, start: number, speaker: string | null): boolean {
  if (speaker !== null && speaker !== last.speaker) return false;
  if (start - last.end >= minPause || start < last.start) return false;
  return last.text.length < (sentenceEnd.test(last.text.slice(-20)) ? wanted : maxLength);
}

const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}，。！？、：；]/u;

/** Joins with a space, except between characters of scripts that do not use it. */
function joinText(left: string, right: string): string {
  const isWide = wide.test(left.at(-1) ?? '') && wide.test(right[0] ?? '');
  return `${left}${isWide ? '' : ' '}${right}`;
}

const pad = (value: number) => String(value).padStart(2, '0');

const clock = (seconds: number): string =>
  [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((value) => pad(Math.floor(value)))
    .join(':');
