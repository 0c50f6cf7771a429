const blockBytes = 512;
const encoder = new TextEncoder();

/** An entry of a tar archive. */
export interface TarEntry {
  readonly name: string;
  readonly byte_size: number;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Yields an entry in the format ustar. Throws if the body is not as long as stated. */
export async function* tarEntry({ name, byte_size, body }: TarEntry): AsyncGenerator<Uint8Array> {
  yield header(name, byte_size);
  let written = 0;
  for await (const bytes of body) {
    written += bytes.byteLength;
    yield bytes;
  }
  if (written !== byte_size)
    throw new Error(`${name} has ${written} bytes in place of ${byte_size}.`);
  const rest = written % blockBytes;
  if (rest > 0) yield new Uint8Array(blockBytes - rest);
}

/** The end of an archive: two empty blocks. */
export const tarEnd = (): Uint8Array => new Uint8Array(2 * blockBytes);

function header(path: string, byte_size: number): Uint8Array {
  const block = new Uint8Array(blockBytes);
  const write = (text: string, offset: number) => block.set(encoder.encode(text), offset);
  const { name, prefix } = splitPath(path);
  write(name, 0);
  write('0000600\0', 100);
  write('0000000\0', 108);
  write('0000000\0', 116);
  write(`${octal(byte_size, 11)}\0`, 124);
  write(`${octal(0, 11)}\0`, 136);
  write(' '.repeat(8), 148);
  write('0', 156);
  write('ustar\x0000', 257);
  write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');

/** A path of more than 100 bytes is divided at a slash. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } {
  if (encoder.encode(path).byteLength <= 100) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    const isShort = encoder.encode(name).byteLength <= 100;
    if (isShort && encoder.encode(prefix).byteLength <= 155) return { name, prefix };
  }
  throw new Error(`The path ${path} is too long for an archive.`);
}
