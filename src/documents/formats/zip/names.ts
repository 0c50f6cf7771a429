import { tryDecode } from '../../encoding/decode.ts';
import { guessEncoding } from '../../encoding/guess.ts';

/** Characters 0x80 to 0xff of code page 437, the encoding of names that declare none (APPNOTE.TXT 6.3.10, appendix D). */
const upper437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** Decodes the names of an archive: UTF-8, else an encoding of East Asia, else code page 437. */
export async function readNames(labels: readonly Uint8Array[]): Promise<readonly string[]> {
  const legacy = labels.filter((label) => tryDecode(label, 'utf-8') === null);
  const guessed = legacy.length === 0 ? [] : await guessNames(legacy);
  return labels.map(
    (label) => tryDecode(label, 'utf-8') ?? guessed[legacy.indexOf(label)] ?? decode437(label),
  );
}

async function guessNames(labels: readonly Uint8Array[]): Promise<readonly string[]> {
  const lines = Uint8Array.from(labels.flatMap((label) => [...label, 0x0a]));
  const text = await guessEncoding(lines);
  return text !== null && /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u.test(text)
    ? text.split('\n')
    : [];
}

const decode437 = (label: Uint8Array): string =>
  Array.from(label, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : (upper437[byte - 0x80] ?? ''),
  ).join('');

/** False for folders, and for hidden files and those that operating systems and editors leave behind. */
export const isSeen = (name: string): boolean =>
  !/[\\/]$|(?:^|[\\/])(?:\.[^\\/]*|__MACOSX[\\/].*|~\$[^\\/]*|Thumbs\.db|desktop\.ini)(?:[\\/]|$)/i.test(
    name,
  );
