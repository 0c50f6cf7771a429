import { DocumentFault } from '../../fault.ts';

/** Text that the dictionary begins with ([MS-OXRTFCP], 2.1.2.1). */
const initial =
  '{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx';
const windowSize = 4096;
const maxLength = 25 * 1024 * 1024;

/** Decompresses the RTF of a message. Throws `too_large`. */
export function decompressRtf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16) return new Uint8Array(0);
  const length = view.getUint32(4, true);
  if (length > maxLength)
    throw new DocumentFault('too_large', 'The text of the message has more than 25 MB.');
  if (view.getUint32(8, true) === 0x414c454d)
    return Uint8Array.from(bytes.subarray(16, 16 + length));
  const window = new Uint8Array(windowSize);
  window.set(Uint8Array.from(initial, (letter) => letter.charCodeAt(0)));
  const output = new Uint8Array(length);
  let write = initial.length;
  let written = 0;
  const put = (byte: number) => {
    if (written < length) output[written++] = byte;
    window[write] = byte;
    write = (write + 1) % windowSize;
  };
  for (let at = 16; at < bytes.length && written < length; ) {
    const control = bytes[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < bytes.length && written < length; bit += 1) {
      if (((control >> bit) & 1) === 0) {
        put(bytes[at++] ?? 0);
        continue;
      }
      const reference = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      at += 2;
      const offset = reference >> 4;
      if (offset === write) return output.slice(0, written);
      for (let index = 0; index < (reference & 15) + 2; index += 1)
        put(window[(offset + index) % windowSize] ?? 0);
    }
  }
  return output.slice(0, written);
}
