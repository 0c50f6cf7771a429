import { headBytes } from '../signature.ts';

/**
 * Yields the bytes unchanged after `check` has accepted the first `headBytes`. Throws what `check`
 * throws, before it yields anything.
 */
export async function* withCheckedHead(
  body: AsyncIterable<Uint8Array>,
  check: (head: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = new Uint8Array(0);
  for await (const bytes of body) {
    if (head === null) {
      yield bytes;
      continue;
    }
    const joined: Uint8Array = new Uint8Array(head.byteLength + bytes.byteLength);
    joined.set(head);
    joined.set(bytes, head.byteLength);
    head = joined;
    if (head.byteLength < headBytes) continue;
    check(head);
    yield head;
    head = null;
  }
  if (head !== null && head.byteLength > 0) {
    check(head);
    yield head;
  }
}
