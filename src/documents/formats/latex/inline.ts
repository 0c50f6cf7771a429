import { raised } from '../../markup/inline.ts';
import { script } from '../../markup/script.ts';
import { argumentAt, type LatexDocument, optionAt } from './source.ts';

const maxDepth = 40;
const maxExpanded = 20_000;

/** Commands whose arguments a reader does not see, with the number of these. */
const silent = new Map<string, number>(
  'label:1 vspace:1 hspace:1 includegraphics:1 input:1 include:1 bibliography:1 bibliographystyle:1 usepackage:1 setlength:2 addtolength:2 pagestyle:1 thispagestyle:1 setcounter:2 addtocounter:2 addcontentsline:3 index:1 graphicspath:1 hypersetup:1 color:1 definecolor:3 fontsize:2 vskip:0 documentclass:1 textcolor:1 colorbox:1 scalebox:1 resizebox:2 rotatebox:1 rule:2 cmidrule:1 cline:1 rowcolor:1 cellcolor:1 newtheorem:2 phantom:1 hphantom:1 vphantom:1 hyphenation:1 markboth:2 thanks:1 selectlanguage:1 raisebox:1 parbox:1 newenvironment:3 affil:0 lstset:1 tikzset:1 captionsetup:1 fbox:0'
    .split(' ')
    .map((entry): [string, number] => [entry.split(':')[0] ?? '', Number(entry.split(':')[1])]),
);

const symbols = new Map<string, string>(
  'ldots … dots … textellipsis … LaTeX LaTeX TeX TeX BibTeX BibTeX textbackslash \\ textasciitilde ~ textasciicircum ^ textbar | textless < textgreater > copyright © textregistered ® texttrademark ™ S § P ¶ dag † ddag ‡ pounds £ euro € texteuro € ss ß ae æ AE Æ oe œ OE Œ o ø O Ø aa å AA Å l ł L Ł i ı textendash – textemdash — textdegree ° degree ° textmu µ textquoteleft ‘ textquoteright ’ textquotedblleft “ textquotedblright ” quad \u2003 qquad \u2003 textbullet • guillemotleft « guillemotright » newline \n linebreak \n par \n\n'
    .split(' ')
    .reduce<[string, string][]>((pairs, part, index, all) => {
      if (index % 2 === 1) pairs.push([all[index - 1] ?? '', part]);
      return pairs;
    }, []),
);

const accents: Readonly<Record<string, string>> = {
  '`': '\u0300',
  "'": '\u0301',
  '^': '\u0302',
  '~': '\u0303',
  '"': '\u0308',
  '=': '\u0304',
  '.': '\u0307',
  u: '\u0306',
  v: '\u030c',
  H: '\u030b',
  c: '\u0327',
  k: '\u0328',
  r: '\u030a',
  d: '\u0323',
  b: '\u0331',
};

/** Returns text without commands: formulas stay as they are written, notes move to the end, keys of citations stay. */
export function inlineLatex(source: string, document: LatexDocument, depth = 0): string {
  if (depth > maxDepth) return source;
  let text = '';
  for (let at = 0; at < source.length; ) {
    const character = source.charAt(at);
    if (character === '\\') {
      const { shown, end } = readCommand(source, at, document, depth);
      text += shown;
      at = end;
    } else if (character === '$') {
      const [formula = '$'] =
        /^(\$\$?)(?:[^$\\]|\\[\s\S])*\1/.exec(source.slice(at, at + 5000)) ?? [];
      text += formula;
      at += formula.length;
    } else {
      const [run = character] =
        /^[^\\${}~`'-]+|^```?|^''|^-{2,3}|^[{}~]/.exec(source.slice(at, at + 1000)) ?? [];
      text += plain[run] ?? run;
      at += run.length;
    }
  }
  return text;
}

const plain: Readonly<Record<string, string>> = {
  '{': '',
  '}': '',
  '~': ' ',
  '``': '“',
  "''": '”',
  '---': '—',
  '--': '–',
};

interface Shown {
  readonly shown: string;
  readonly end: number;
}

function readCommand(source: string, at: number, document: LatexDocument, depth: number): Shown {
  const [whole = source.slice(at, at + 2), name = ''] =
    /^\\([A-Za-z@]+)\*?[ \t]*\n?[ \t]*/.exec(source.slice(at, at + 200)) ?? [];
  const after = at + whole.length;
  if (name === '' || (accents[name] !== undefined && name.length === 1))
    return readSymbol(source, at, document, depth);
  const inner = (text: string) => inlineLatex(text, document, depth + 1);
  const option = optionAt(source, after);
  const from = optionAt(source, option?.end ?? after)?.end ?? option?.end ?? after;
  const first = argumentAt(source, from);
  if (
    /^(?:no|full|auto|paren|text|foot|smart|super)?[Cc]ite(?:p|t|alp|alt|author|year|yearpar|num)?s?$/.test(
      name,
    ) &&
    first !== null
  )
    return {
      shown: name === 'nocite' ? '' : `[${first.text.replaceAll(/\s*,\s*/g, ', ')}]`,
      end: first.end,
    };
  if (/^(?:ref|eqref|autoref|cref|Cref|pageref|nameref|vref|subref)$/.test(name) && first !== null)
    return { shown: `[${first.text}]`, end: first.end };
  if (/^(?:footnote|footnotetext|endnote|sidenote)$/.test(name) && first !== null) {
    document.notes.push(inner(first.text));
    return { shown: `[${document.notes.length}]`, end: first.end };
  }
  if (name === 'textsuperscript' && first !== null)
    return { shown: raised(inner(first.text), source.slice(0, at)), end: first.end };
  if (name === 'textsubscript' && first !== null)
    return { shown: script('_', inner(first.text)), end: first.end };
  if (/^(?:href|texorpdfstring|DUrole|PY|foreignlanguage)$/.test(name) && first !== null) {
    const label = argumentAt(source, first.end);
    return { shown: inner(label?.text ?? first.text), end: label?.end ?? first.end };
  }
  if (/^DUfootnote(?:mark|text)$/.test(name) && first !== null) {
    const mark = argumentAt(source, argumentAt(source, first.end)?.end ?? first.end);
    if (mark !== null)
      return { shown: `[${mark.text}]${name === 'DUfootnotetext' ? ' ' : ''}`, end: mark.end };
  }
  if (/^(?:url|path|nolinkurl)$/.test(name) && first !== null)
    return { shown: first.text, end: first.end };
  if (/^(?:texttt|code|lstinline)$/.test(name) && first !== null) {
    const code = inner(first.text);
    return { shown: code.includes('`') || code === '' ? code : `\`${code}\``, end: first.end };
  }
  const macro = document.macros.get(name);
  if (macro !== undefined && document.expanded < maxExpanded)
    return expand(source, from, macro, document, depth);
  const symbol = symbols.get(name);
  if (symbol !== undefined) return { shown: symbol, end: after };
  const count = silent.get(name);
  if (count === undefined)
    return { shown: '', end: option !== null && option.text.length < 100 ? option.end : after };
  let end = from;
  for (let index = 0; index < count; index += 1) end = argumentAt(source, end)?.end ?? end;
  return { shown: '', end: optionAt(source, end)?.end ?? end };
}

function expand(
  source: string,
  at: number,
  macro: { parameters: number; body: string },
  document: LatexDocument,
  depth: number,
): Shown {
  document.expanded += 1;
  let end = at;
  const values: string[] = [];
  for (let index = 0; index < macro.parameters; index += 1) {
    const argument = argumentAt(source, end);
    values.push(argument?.text ?? '');
    end = argument?.end ?? end;
  }
  const body = macro.body
    .replaceAll(/#([1-9])/g, (_all, number: string) => values[Number(number) - 1] ?? '')
    .slice(0, 10_000);
  const isSpaced =
    macro.parameters === 0 &&
    /\s/.test(source.charAt(at - 1)) &&
    /[\p{L}\p{N}(]/u.test(source.charAt(at));
  return {
    shown: `${inlineLatex(body.replaceAll(/\\(?:xspace|ensuremath)\b/g, ''), document, depth + 8)}${isSpaced ? ' ' : ''}`,
    end,
  };
}

/** Escaped characters, accents and spaces: `\%`, `\'e`, `\v{s}`, `\\`. */
function readSymbol(source: string, at: number, document: LatexDocument, depth: number): Shown {
  const mark = source.charAt(at + 1);
  const accent = accents[mark];
  if (accent !== undefined) {
    const [whole = '', braced, bare] =
      /^\s*(?:\{\s*\\?([A-Za-z]{0,2})\s*\}|\\?([A-Za-z]))/.exec(source.slice(at + 2, at + 12)) ??
      [];
    const letter = braced ?? bare ?? '';
    return {
      shown: letter === '' ? '' : `${letter[0]}${accent}${letter.slice(1)}`.normalize('NFC'),
      end: at + 2 + whole.length,
    };
  }
  if (mark === '\\') return { shown: '\n', end: optionAt(source, at + 2)?.end ?? at + 2 };
  if (mark === '(') {
    const end = source.indexOf('\\)', at + 2);
    if (end >= 0 && end - at < 5000)
      return { shown: `$${source.slice(at + 2, end).trim()}$`, end: end + 2 };
  }
  if (/[A-Za-z@]/.test(mark)) return { shown: inlineLatex(mark, document, depth + 1), end: at + 2 };
  return {
    shown: /[,;:! /-]/.test(mark) ? (/[,;: ]/.test(mark) ? ' ' : '') : mark.trim(),
    end: at + 2,
  };
}
