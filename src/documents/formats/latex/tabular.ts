import { element, type Node } from '../../markup/tree.ts';
import { inlineLatex } from './inline.ts';
import { argumentAt, type LatexDocument, optionAt } from './source.ts';

/** Splits at a separator outside of groups: rows at `\\`, cells at `&`. */
function split(source: string, separator: '\\\\' | '&'): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (depth === 0 && source.startsWith(separator, at)) {
      parts.push(source.slice(from, at));
      at += separator.length - 1;
      from = at + 1;
    } else if (character === '\\') at += 1;
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
  }
  return [...parts, source.slice(from)];
}

const rules =
  /\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|centering|small|footnotesize|tabularnewline)\b|\\(?:cline|cmidrule|hhline|addlinespace)(?:\([^)]*\))?(?:\[[^\]]*\])?\{[^{}]*\}|\\addlinespace/g;

/** Reads a table; rows above the first rule in the middle are its header. */
export function readTabular(source: string, document: LatexDocument): Node[] {
  const rows = split(source.replaceAll('\\tabularnewline', '\\\\'), '\\\\').map((row) =>
    row.replace(/^\s*\[[\d.]+\w+\]/, ''),
  );
  const isRule = (row: string) => /^\s*\\(?:hline|midrule|cline|cmidrule)/.test(row);
  const header = rows.findIndex((row, index) => index > 0 && isRule(row));
  const headers = header > 0 && header < rows.length - 1 && header <= 3 ? header : 0;
  const lines = rows
    .map((row, index) => ({
      cells: split(row.replaceAll(rules, ''), '&'),
      isHeader: index < headers,
    }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  return [
    element(
      'table',
      lines.map(({ cells, isHeader }) =>
        element(
          'tr',
          cells.map((cell) => readCell(cell, isHeader, document)),
        ),
      ),
      { data: 'true' },
    ),
  ];
}

function readCell(source: string, isHeader: boolean, document: LatexDocument): Node {
  let text = source.trim();
  const attributes: Record<string, string> = {};
  for (const [name, attribute] of [
    ['multicolumn', 'colspan'],
    ['multirow', 'rowspan'],
  ] as const) {
    if (!text.startsWith(`\\${name}`)) continue;
    const start = `\\${name}`.length;
    const count = argumentAt(text, optionAt(text, start)?.end ?? start);
    const format = argumentAt(
      text,
      count === null ? start : (optionAt(text, count.end)?.end ?? count.end),
    );
    const content = format === null ? null : argumentAt(text, format.end);
    if (count === null || content === null) continue;
    // The cells below one that spans rows are written, and empty.
    if (attribute === 'colspan' && /^\d{1,3}$/.test(count.text)) attributes.colspan = count.text;
    text = content.text.trim();
  }
  return element(isHeader ? 'th' : 'td', [inlineLatex(text, document)], attributes);
}
