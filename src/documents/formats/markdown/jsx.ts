const fence = /^\s*(```+|~~~+)/;
const comment = /\{\/\*[\s\S]{0,10000}?\*\/\}/g;
const tag =
  /<\/?[A-Z][\w.]*(?:\s(?:[^<>"'{}]|"[^"]*"|'[^']*'|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*)?\/?>|<\/?>/g;
const shownAttribute =
  /\s(?:title|label|heading|summary|alt|caption|description)=(?:"([^"]*)"|'([^']*)')/g;

/**
 * Removes what MDX adds to Markdown: imports, exports, comments and the tags of components, whose titles and labels
 * stay. Code stays as it is.
 */
export function withoutJsx(text: string): string {
  const parts: string[] = [];
  let prose: string[] = [];
  let open: string | null = null;
  const flush = () => {
    if (prose.length > 0) parts.push(readProse(prose.join('\n')));
    prose = [];
  };
  for (const line of text.split('\n')) {
    const mark = fence.exec(line)?.[1];
    if (open === null && mark === undefined) prose.push(line);
    else {
      flush();
      parts.push(line);
      if (open === null) open = mark ?? null;
      else if (mark?.startsWith(open)) open = null;
    }
  }
  flush();
  return parts.join('\n');
}

const readProse = (source: string): string =>
  withoutModules(source)
    .replaceAll(comment, '')
    .split(/(`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(tag, shownBy)))
    .join('')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replace(/\n+$/, '\n');

const statementOfModule =
  /^import\s+(?:["']|[^;]{1,2000}?\bfrom\s*["'])|^export\s+(?:(?:const|let|var|default|function|async|class)\s|\{|\*)/;

/** Import and export statements begin a line, and end before an empty one. */
const withoutModules = (source: string) =>
  source.replaceAll(/^(?:import|export)\s[^\n]*(?:\n(?!\s*\n)[^\n]*)*/gm, (statement) =>
    statementOfModule.test(statement) ? '' : statement,
  );

const shownBy = (source: string): string => {
  const titles = [...source.matchAll(shownAttribute)].map(
    ([, double, single]) => double ?? single ?? '',
  );
  return titles.length === 0 ? '' : `${titles.join(' ')}${source.endsWith('/>') ? '' : ': '}`;
};
