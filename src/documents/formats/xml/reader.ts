import type { Node } from '../../markup/tree.ts';
import type { XmlElement, XmlNode } from './parse.ts';

/** The reader of a document, for the readers of its parts. `level` is that of the heading above the part. */
export interface Reader {
  readonly isTei: boolean;
  readonly isDita: boolean;
  /** Returns the title of the element with an id, for references without a text of their own; empty for none. */
  readonly titleOf: (id: string) => string;
  /** Adds a note to those at the end of the document. Returns its mark. */
  readonly addNote: (content: readonly Node[]) => string;
  /**
   * Reads the children of an element in document order. Elements of no known role are parts of a line within a line
   * (`isInline`), a paragraph or a cell, and beside text; else they are blocks.
   */
  readonly children: (node: XmlElement, level: number, isInline?: boolean) => Node[];
  readonly node: (child: XmlNode, level: number, isInline: boolean, parent: XmlElement) => Node[];
  readonly block: (node: XmlElement, level: number) => Node[];
}
