import { element, type Node } from '../../markup/tree.ts';
import { inlineLatex } from './inline.ts';
import { argumentAt, type LatexDocument, optionAt } from './source.ts';
import { readTabular } from './tabular.ts';

type Inner = (source: string) => Node[];

export const paragraph = (source: string, document: LatexDocument): Node[] => {
  const lines = inlineLatex(source, document).split('\n\n');
  return lines.flatMap((line) => (line.trim() === '' ? [] : [element('p', [line])]));
};

export const formula = (source: string): Node[] => {
  const text = source
    .replaceAll(/\\(?:label|tag)\{[^{}]*\}|\\nonumber\b|\\notag\b/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text === '' ? [] : [element('p', [`$$${text}$$`])];
};

/** Reads an environment. `inner` reads the blocks inside of it. */
export function readEnvironment(
  name: string,
  content: string,
  document: LatexDocument,
  inner: Inner,
): Node[] {
  if (
    /^(?:equation|align|alignat|gather|multline|eqnarray|displaymath|math|flalign|dmath)$/.test(
      name,
    )
  )
    return formula(content.replace(name === 'alignat' ? /^\{\d+\}/ : /^$/, ''));
  if (/^(?:verbatim|Verbatim|lstlisting|minted|alltt|code|verbatimtab)$/.test(name))
    return listing(name, content);
  if (
    /^(?:comment|tikzpicture|pgfpicture|filecontents|picture|axis|CCSXML|thebibliography-skip)$/.test(
      name,
    )
  )
    return [];
  if (/^(?:itemize|enumerate|description|compactitem|compactenum|inparaenum)$/.test(name))
    return [readItems(name, content, document, inner)];
  if (/^(?:tabular|tabularx|tabulary|longtable|supertabular|array|tblr)$/.test(name))
    return captioned(content, name, document);
  if (/^(?:quote|quotation|verse|displayquote)$/.test(name))
    return [element('blockquote', inner(content))];
  if (name === 'abstract') return [element('h2', ['Abstract']), ...inner(content)];
  if (name === 'thebibliography') return bibliography(content, document);
  if (
    /^(?:theorem|lemma|proof|definition|corollary|proposition|remark|example|claim|conjecture|assumption|thm|lem|defn|prop|cor)$/i.test(
      name,
    )
  )
    return statement(name, content, document, inner);
  const argument =
    /^(?:minipage|multicols|adjustbox|wrapfigure|subfigure|subtable|figure|table|algorithm|algorithmic|frame|column|resizebox|spacing|tcolorbox|threeparttable)$/.test(
      name,
    );
  return inner(argument ? withoutArguments(content) : content);
}

function withoutArguments(content: string): string {
  let at = optionAt(content, 0)?.end ?? 0;
  for (
    let argument = content[at] === '{' ? argumentAt(content, at) : null;
    argument !== null;
    argument = content[at] === '{' ? argumentAt(content, at) : null
  )
    at = argument.end;
  return content.slice(at);
}

/** A long table has its caption among its rows. */
function captioned(content: string, name: string, document: LatexDocument): Node[] {
  const body = withoutArguments(content.replace(/^\s+/, ''));
  const at = name === 'longtable' ? body.indexOf('\\caption') : -1;
  const caption = at < 0 ? null : argumentAt(body, at + '\\caption'.length);
  const rest =
    caption === null
      ? body
      : body.slice(0, at) + body.slice(caption.end).replace(/^[^&]*?\\\\/, '');
  return [
    ...(caption === null ? [] : paragraph(caption.text, document)),
    ...readTabular(rest, document),
  ];
}

function listing(name: string, content: string): Node[] {
  const option = optionAt(content, 0);
  const from = option?.end ?? 0;
  const argument = name === 'minted' ? argumentAt(content, from) : null;
  const language =
    argument?.text ?? /language=\{?\s*([\w+#-]{1,30})/.exec(option?.text ?? '')?.[1]?.toLowerCase();
  return [
    element(
      'pre',
      [content.slice(argument?.end ?? from)],
      language === undefined ? {} : { class: `language-${language}` },
    ),
  ];
}

function readItems(name: string, content: string, document: LatexDocument, inner: Inner): Node {
  const items: string[] = [];
  const parts =
    /\\begin\{(?:itemize|enumerate|description|compactitem|compactenum)\}|\\end\{(?:itemize|enumerate|description|compactitem|compactenum)\}|\\item\b\s*/g;
  let nested = 0;
  let from = -1;
  for (const match of content.matchAll(parts)) {
    if (match[0].startsWith('\\begin')) nested += 1;
    else if (match[0].startsWith('\\end')) nested -= 1;
    else if (nested === 0) {
      if (from >= 0) items.push(content.slice(from, match.index));
      from = match.index + match[0].length;
    }
  }
  if (from >= 0) items.push(content.slice(from));
  if (name === 'description')
    return element(
      'dl',
      items.flatMap((item) => {
        const label = optionAt(item, 0);
        return [
          element('dt', [inlineLatex(label?.text ?? '', document)]),
          element('dd', inner(item.slice(label?.end ?? 0))),
        ];
      }),
    );
  return element(
    /enum/.test(name) ? 'ol' : 'ul',
    items.map((item) => {
      const label = optionAt(item, 0);
      return element('li', [
        ...(label === null ? [] : [`${inlineLatex(label.text, document)} `]),
        ...inner(item.slice(label?.end ?? 0)),
      ]);
    }),
  );
}

function bibliography(content: string, document: LatexDocument): Node[] {
  const entries = withoutArguments(content)
    .split(/\\bibitem\b\s*/)
    .slice(1);
  const items = entries.map((entry, index) => {
    const option = optionAt(entry, 0);
    const key = argumentAt(entry, option?.end ?? 0);
    return element('item', paragraph(entry.slice(key?.end ?? 0), document), {
      label: `[${key?.text ?? index + 1}]`,
      close: String(index > 0),
    });
  });
  return [element('h2', ['References']), ...items];
}

function statement(name: string, content: string, document: LatexDocument, inner: Inner): Node[] {
  const option = optionAt(content, 0);
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}${option === null ? '' : ` (${inlineLatex(option.text, document)})`}: `;
  const [first, ...rest] = inner(content.slice(option?.end ?? 0));
  return first !== undefined && typeof first !== 'string' && first.tag === 'p'
    ? [element('p', [title, ...first.children]), ...rest]
    : [element('p', [title]), ...(first === undefined ? [] : [first]), ...rest];
}
