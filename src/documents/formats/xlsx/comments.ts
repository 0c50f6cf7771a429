import type { OfficePackage } from '../../ooxml/package.ts';
import { childOf, descendants, elementsOf, textIn, type XmlElement } from '../../ooxml/xml.ts';
import { readReference } from './reference.ts';
import { unescaped } from './strings.ts';
import type { VisibleCells } from './visible.ts';

interface Comment {
  readonly cell: string;
  readonly author: string;
  readonly text: string;
}

/** Returns the comments and notes of the visible cells of a sheet, one per line: `B2 (Ada): Check this`. */
export function readComments(
  parts: OfficePackage,
  workbook: string,
  sheet: string,
  visible: VisibleCells,
): string[] {
  const threaded = readThreads(parts, workbook, sheet);
  const cells = new Set(threaded.map(({ cell }) => cell));
  // A thread has a note for programs that know only notes.
  const notes = readNotes(parts.related(sheet, 'comments')?.root).filter(
    ({ cell }) => !cells.has(cell),
  );
  return [...threaded, ...notes].flatMap(({ cell, author, text }) => {
    const position = readReference(cell);
    const isShown =
      position !== null && visible.hasRow(position.row) && visible.hasColumn(position.column);
    const words = text.replaceAll(/\s+/g, ' ').trim();
    return isShown && words !== ''
      ? [`- ${cell}${author === '' ? '' : ` (${author})`}: ${words}`]
      : [];
  });
}

function readThreads(parts: OfficePackage, workbook: string, sheet: string): Comment[] {
  const names = new Map(
    parts
      .relatedNames(workbook, 'person')
      .flatMap((name) => [...descendants(parts.part(name)?.root ?? emptyRoot, 'xtc:person')])
      .map(({ attributes }) => [attributes.id, attributes.displayName ?? '']),
  );
  return parts
    .relatedNames(sheet, 'threadedComment')
    .flatMap((name) => [...descendants(parts.part(name)?.root ?? emptyRoot, 'xtc:threadedComment')])
    .map((comment) => ({
      cell: comment.attributes.ref ?? '',
      author: names.get(comment.attributes.personId) ?? '',
      text: textIn(childOf(comment, 'xtc:text')),
    }));
}

const emptyRoot: XmlElement = { name: '', attributes: {}, children: [] };

function readNotes(root: XmlElement = emptyRoot): Comment[] {
  const authors = [...descendants(root, 'x:author')].map(textIn);
  return [...descendants(root, 'x:comment')].map((comment) => {
    const author = authors[Number(comment.attributes.authorId ?? 0)] ?? '';
    const text = unescaped(noteText(childOf(comment, 'x:text')));
    // Excel begins the text with the name of its author.
    const own =
      author !== '' && text.startsWith(`${author}:`) ? text.slice(author.length + 1) : text;
    return { cell: comment.attributes.ref ?? '', author, text: own };
  });
}

const noteText = (node: XmlElement | undefined): string =>
  elementsOf(node)
    .filter(({ name }) => name === 'x:r' || name === 'x:t')
    .map((run) => textIn(run.name === 'x:t' ? run : childOf(run, 'x:t')))
    .join('');
