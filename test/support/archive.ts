/** Decompresses one gzip member. */
export const inflate = async (bytes: BodyInit): Promise<Uint8Array> =>
  new Uint8Array(
    await new Response(
      new Response(bytes).body?.pipeThrough(new DecompressionStream('gzip')) ?? null,
    ).arrayBuffer(),
  );

/** Returns the text of each entry of a tar archive, by its name. */
export function readTar(bytes: Uint8Array): Map<string, string> {
  const decoder = new TextDecoder();
  const text = (start: number, length: number) =>
    decoder.decode(bytes.subarray(start, start + length)).replace(/\0.*$/s, '');
  const entries = new Map<string, string>();
  for (let at = 0; bytes[at] !== undefined && bytes[at] !== 0; ) {
    const prefix = text(at + 345, 155);
    const name = `${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`;
    const size = Number.parseInt(text(at + 124, 12), 8);
    entries.set(name, decoder.decode(bytes.subarray(at + 512, at + 512 + size)));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}
