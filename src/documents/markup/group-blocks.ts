import { type Element, element, isElement, type Node } from './tree.ts';

/** Merges adjacent lines of code into one block and puts adjacent list items close together. */
export function groupBlocks(blocks: readonly Node[]): Node[] {
  const result: Node[] = [];
  let last: Element | null = null;
  let code: Node[] = [];
  for (const node of blocks) {
    const block = isElement(node) ? node : null;
    if (block?.tag === 'pre') {
      if (last?.tag !== 'pre') {
        code = [];
        result.push(element('pre', code));
      } else code.push('\n');
      for (const child of block.children) code.push(child);
    } else if (block?.tag === 'item')
      result.push(
        element('item', block.children, {
          ...block.attributes,
          close: String(last?.tag === 'item'),
        }),
      );
    else result.push(node);
    last = block;
  }
  return result;
}
