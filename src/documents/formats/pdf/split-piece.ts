import type { Piece } from './lines.ts';

/** Splits a piece that the parser joined across the edge of a cell, at the white space nearest to the edge. */
export function splitPiece(
  piece: Piece,
  edgesAt: (x: number) => readonly [left: number, right: number],
): Piece[] {
  const parts: Piece[] = [];
  let rest = piece;
  for (;;) {
    const [, edge] = edgesAt(rest.x + Math.min(rest.size * 0.3, (rest.right - rest.x) / 2));
    if (!(rest.right > edge + rest.size * 0.2)) break;
    const at = spaceNear(rest, edge);
    if (at === null) break;
    parts.push(partOf(rest, 0, at));
    rest = partOf(rest, at + 1, rest.text.length);
  }
  return [...parts, rest];
}

/** Returns the index of a space around a position; null for none. */
function spaceNear({ text, edges, size }: Piece, edge: number): number | null {
  let best: number | null = null;
  for (let index = 1; index + 1 < text.length; index += 1) {
    if (text[index] !== ' ') continue;
    const distance = (at: number) => Math.abs(((edges[at] ?? 0) + (edges[at + 1] ?? 0)) / 2 - edge);
    if (distance(index) < size && (best === null || distance(index) < distance(best))) best = index;
  }
  return best;
}

function partOf(piece: Piece, from: number, to: number): Piece {
  const text = piece.text.slice(from, to);
  const edges = piece.edges.slice(from, to + 1);
  return {
    ...piece,
    text,
    letters: text.replaceAll(/\s+/g, ''),
    x: edges[0] ?? piece.x,
    right: edges.at(-1) ?? piece.right,
    edges,
  };
}
