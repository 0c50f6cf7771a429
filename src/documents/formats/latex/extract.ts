import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { element, type Node } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readBlocks } from './blocks.ts';
import { inlineLatex } from './inline.ts';
import {
  argumentAt,
  checkNesting,
  type LatexDocument,
  macrosOf,
  optionAt,
  withoutComments,
  withoutDefinitions,
  withoutTargets,
} from './source.ts';

/** Extracts LaTeX as its reader sees it: formulas as they are written, no other file, no package. Throws `DocumentFault`. */
export async function extractLatex(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const text = (await decodeText(bytes, encoding))
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^\ufeff/, '');
  const source = withoutTargets(withoutComments(text));
  checkNesting(source);
  const document: LatexDocument = { macros: macrosOf(source), expanded: 0, notes: [] };
  const begin = source.indexOf('\\begin{document}');
  const end = source.lastIndexOf('\\end{document}');
  const body =
    begin < 0
      ? source
      : source.slice(begin + '\\begin{document}'.length, end < begin ? undefined : end);
  const title = ['title', 'author', 'date'].flatMap((name) => titlePart(source, name, document));
  const blocks = readBlocks(withoutDefinitions(body), document, 0);
  const notes = document.notes.map((note, index) =>
    element('item', [note], { label: `[${index + 1}]`, close: String(index > 0) }),
  );
  return {
    text: writeMarkdown(element('body', [...title, ...blocks, ...notes])),
    pages: null,
    isMarkdown: true,
  };
}

function titlePart(source: string, name: string, document: LatexDocument): Node[] {
  const at = new RegExp(`\\\\${name}\\s*(?=[[{])`).exec(source);
  if (at === null) return [];
  const from = at.index + at[0].length;
  const argument = argumentAt(source, optionAt(source, from)?.end ?? from);
  if (argument === null || argument.text.includes('\\today')) return [];
  const text = inlineLatex(argument.text.replaceAll(/\\(?:and|And|AND)\b/g, '\\\\'), document)
    .replaceAll(/\s*\n\s*/g, name === 'title' ? ' ' : ', ')
    .trim();
  return text === ''
    ? []
    : [element(name === 'title' ? 'h1' : 'p', [text.replaceAll(/(?:, )+/g, ', ')])];
}
