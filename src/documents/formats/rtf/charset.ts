import { encodingOf } from '../../encoding/decode.ts';

/** Upper halves of the MS-DOS code pages that the Encoding Standard leaves out. */
const dosPages: Readonly<Record<number, string>> = {
  437: 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  850: 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0',
};

/** Labels of code pages by number, where they differ from `windows-N`. */
const labels: Readonly<Record<number, string>> = {
  866: 'ibm866',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  20866: 'koi8-r',
  21866: 'koi8-u',
  54936: 'gb18030',
  65001: 'utf-8',
};

/** Code pages of the character sets of fonts (`\fcharset`). 2 is a font of symbols. */
const pages: Readonly<Record<number, number>> = {
  77: 10000,
  128: 932,
  129: 949,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
  254: 437,
  255: 850,
};

export const symbolCharset = 2;

/** Returns the code page of a font's character set; null for the one of the document. */
export const pageOfCharset = (charset: number): number | null =>
  pages[charset] ?? (charset === 0 ? 1252 : null);

const decoders = new Map<number, TextDecoder>();

/** Decodes text in a Windows code page; an unknown one is read as 1252. */
export function decodePage(bytes: Uint8Array, page: number): string {
  const upper = dosPages[page];
  if (upper !== undefined)
    return [...bytes]
      .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : (upper[byte - 0x80] ?? '')))
      .join('');
  const known = decoders.get(page);
  const label = labels[page] ?? `windows-${page}`;
  const decoder = known ?? new TextDecoder(encodingOf(label) ?? 'windows-1252');
  decoders.set(page, decoder);
  return decoder.decode(bytes);
}
