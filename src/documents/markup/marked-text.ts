import { element, type Node } from './tree.ts';

/** Tags of inline elements, from the outermost to the innermost: `del`, `sup`. */
type Marks = readonly string[];

/** Collects inline content. Neighbours with the same marks become one element: `10^12`, not `10^1^2`. */
export class MarkedText {
  readonly #groups: { readonly marks: Marks; readonly nodes: Node[] }[] = [];

  add(nodes: readonly Node[], marks: Marks): void {
    const kept = nodes.filter((node) => node !== '');
    if (kept.length === 0) return;
    const last = this.#groups.at(-1);
    if (last !== undefined && last.marks.join() === marks.join()) last.nodes.push(...kept);
    else this.#groups.push({ marks, nodes: kept });
  }

  get nodes(): Node[] {
    return this.#groups.flatMap(({ marks, nodes }) =>
      marks.toReversed().reduce<Node[]>((inner, mark) => [element(mark, inner)], nodes),
    );
  }
}
