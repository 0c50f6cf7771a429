import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { tableRow, tableRule } from '../../markup/table-row.ts';
import { inlineOrg } from './inline.ts';

const keyword = /^\s*#\+(\w+):\s*(.*)$/;
const heading = /^(\*{1,20})\s+(.*)$/;
const begin = /^\s*#\+begin_(\w+)(?:\s+(.*))?$/i;
const tags = /\s+:[\w@#%:]+:\s*$/;
const states = /^(?:TODO|DONE|NEXT|WAITING|HOLD|CANCELLED|CANCELED|STARTED)\s+(?=\S)/;
const planning = /^\s*(?:SCHEDULED|DEADLINE|CLOSED):\s*[<[]/;

/** Extracts an Org document as Markdown: without drawers, comments, planning and settings. Throws `DocumentFault`. */
export async function extractOrg(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const source = cleanText(await decodeText(bytes, encoding)).split('\n');
  const text = cleanText(writeOrg(source))
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return { text, pages: null, isMarkdown: true };
}

function writeOrg(lines: readonly string[]): string {
  const titles: string[] = [];
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, name = '', value = ''] = keyword.exec(line) ?? [];
    const [, kind, argument = ''] = begin.exec(line) ?? [];
    if (kind !== undefined) {
      const end = endOf(lines, at, new RegExp(`^\\s*#\\+end_${kind}\\s*$`, 'i'));
      out.push(...writeBlock(kind.toLowerCase(), argument, lines.slice(at + 1, end)));
      at = end;
    } else if (/^\s*:[\w-]+:\s*$/.test(line) && endOfDrawer(lines, at) > at)
      at = endOfDrawer(lines, at);
    else if (/^title$/i.test(name)) titles.push(`# ${inlineOrg(value)}`, '');
    else if (/^(?:subtitle|author|date)$/i.test(name)) titles.push(inlineOrg(value), '');
    else if (/^caption$/i.test(name)) out.push('', inlineOrg(value), '');
    else if (name !== '' || /^\s*#(?:\s|\+|$)/.test(line) || planning.test(line)) continue;
    else if (/^\s*\|/.test(line)) {
      const end = endOf(lines, at, /^\s*(?!\|)/) - 1;
      out.push(...writeTable(lines.slice(at, end + 1)));
      at = end;
    } else out.push(writeLine(line));
  }
  return [...titles, ...out].join('\n');
}

/** Returns the index of the first line from `at` on that matches; the number of lines for none. */
function endOf(lines: readonly string[], at: number, pattern: RegExp): number {
  let end = at + 1;
  while (end < lines.length && !pattern.test(lines[end] ?? '')) end += 1;
  return end;
}

/** A drawer ends before the next heading; without an end it is text. */
function endOfDrawer(lines: readonly string[], at: number): number {
  const end = endOf(lines, at, /^\s*:end:\s*$|^\*+\s/i);
  return /^\s*:end:\s*$/i.test(lines[end] ?? '') ? end : -1;
}

function writeBlock(kind: string, argument: string, body: readonly string[]): string[] {
  if (kind === 'comment') return [];
  if (kind === 'src' || kind === 'example' || kind === 'export') {
    if (kind === 'export' && !/^(?:markdown|md|ascii|latex|html)/i.test(argument)) return [];
    const language = kind === 'src' ? (/^[\w+#.-]+/.exec(argument)?.[0] ?? '') : '';
    const fence = body.some((line) => line.includes('```')) ? '````' : '```';
    const code = body.map((line) => line.replace(/^(\s*),(?=[*#,])/, '$1'));
    return ['', fence + language, ...code, fence, ''];
  }
  const text = writeOrg(kind === 'quote' ? body.map((line) => line.trim()) : body);
  return ['', ...(kind === 'quote' ? text.split('\n').map((line) => `> ${line}`) : [text]), ''];
}

/** The first rows are names of columns where a rule follows them. */
function writeTable(lines: readonly string[]): string[] {
  const isRule = (line: string) => /^\s*\|[-+]+\|?\s*$/.test(line);
  const body = isRule(lines[0] ?? '') ? lines.slice(1) : lines;
  const hasHeader = body.findIndex(isRule) === 1;
  const rows = body
    .filter((line) => !isRule(line) && !/^\s*\|\s*(?:<[lcr]?\d*>\s*\|?\s*)+$/.test(line))
    .map((line) =>
      line
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .map((cell) => inlineOrg(cell.trim())),
    );
  const width = Math.min(500, Math.max(0, ...rows.map((row) => row.length)));
  const filled = rows.map((row) => Array.from({ length: width }, (_, column) => row[column] ?? ''));
  const [first = [], ...rest] = hasHeader
    ? filled
    : [Array.from({ length: width }, () => ''), ...filled];
  return width === 0
    ? []
    : ['', tableRow(first), tableRule(width), ...rest.map((row) => tableRow(row)), ''];
}

function writeLine(line: string): string {
  const [, stars, title = ''] = heading.exec(line) ?? [];
  if (stars !== undefined) {
    const text = title
      .replace(states, '')
      .replace(/^\[#[A-Z]\]\s*/, '')
      .replace(tags, '');
    return `\n${'#'.repeat(Math.min(6, stars.length))} ${inlineOrg(text)}\n`;
  }
  const [, indent, mark = '', text = ''] = /^(\s*)([-+]|\s\*|\d+[.)])\s+(.*)$/.exec(line) ?? [];
  if (indent === undefined) return inlineOrg(line.replace(/^\s{1,8}(?=\S)/, (space) => space));
  const shown = text.replace(/^\[@\d+\]\s*/, '').replace(/^(.{1,200}?)\s+::(?:\s+|$)/, '$1: ');
  return `${indent}${/\d/.test(mark) ? mark.replace(')', '.') : '-'} ${inlineOrg(shown)}`;
}
