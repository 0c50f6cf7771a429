import { pushTo } from './group.ts';
import { addPiece, type Fragment, type Piece, readFragments, smallShare } from './lines.ts';

/** Returns the text of pieces that stand together: on one baseline, with their superscripts and subscripts. */
export const fragmentsOf = (pieces: readonly Piece[]): readonly Fragment[] =>
  joinAdjacent(attachSmall(readFragments(pieces)));

/** Attaches superscripts and subscripts that the file draws apart from their line. */
function attachSmall(fragments: readonly Fragment[]): Fragment[] {
  const rows = new Map<number, Fragment[]>();
  for (const fragment of fragments) pushTo(rows, Math.round(fragment.y / 8), fragment);
  return fragments.filter((small) => {
    if (small.right - small.x > small.size * 4) return true;
    const row = Math.round(small.y / 8);
    const host = [row - 1, row, row + 1]
      .flatMap((one) => rows.get(one)?.slice(0, 200) ?? [])
      .find(
        (one) =>
          one !== small &&
          small.size < one.size * smallShare &&
          Math.abs(one.y - small.y) >= one.size * 0.08 &&
          Math.abs(one.y - small.y) <= one.size * 0.6 &&
          touches(one, small),
      );
    if (host === undefined) return true;
    for (const piece of small.pieces) addPiece(host, piece);
    return false;
  });
}

/** Joins fragments that continue each other on one baseline although the file draws them apart. */
function joinAdjacent(fragments: readonly Fragment[]): Fragment[] {
  const rows = new Map<number, Fragment[]>();
  for (const fragment of fragments) pushTo(rows, Math.round(fragment.y / 8), fragment);
  const joined = new Set<Fragment>();
  for (const fragment of fragments) {
    if (joined.has(fragment)) continue;
    const row = Math.round(fragment.y / 8);
    const near = [row - 1, row, row + 1].flatMap((one) => rows.get(one)?.slice(0, 200) ?? []);
    for (
      let next = near.find((one) => !joined.has(one) && continuesLine(fragment, one));
      next !== undefined;
      next = near.find((one) => !joined.has(one) && continuesLine(fragment, one))
    ) {
      for (const piece of next.pieces) addPiece(fragment, piece);
      joined.add(next);
    }
  }
  return fragments.filter((fragment) => !joined.has(fragment));
}

const continuesLine = (left: Fragment, right: Fragment): boolean =>
  left !== right &&
  Math.abs(left.y - right.y) < left.size * 0.15 &&
  Math.abs(left.size - right.size) < left.size * 0.1 &&
  right.x - left.right > -0.3 * left.size &&
  right.x - left.right < 0.4 * left.size;

/** True when a position directly follows a word of the fragment. */
const touches = ({ pieces, size }: Fragment, { x }: { readonly x: number }) =>
  pieces.some((piece) => piece.letters !== '' && Math.abs(x - piece.right) < size * 0.25);
