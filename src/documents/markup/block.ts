import type { Node } from './tree.ts';

/** A block of a text format: its content, and the number of lines that it takes. */
export interface Block {
  readonly nodes: readonly Node[];
  readonly lines: number;
}
