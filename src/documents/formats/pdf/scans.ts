import type { ScanImage } from '../../scan.ts';
import type { DrawnImage } from './drawn-image.ts';
import type { PdfReading } from './guard.ts';
import { readImage } from './images.ts';
import type { PdfLine } from './pdf-line.ts';

/** A page with fewer letters and digits shows its text, if any, in pictures: at most a stamp or number is text. */
const minLetters = 16;

/** True for a page that has next to no text. */
export function isScanned(lines: readonly PdfLine[]): boolean {
  let letters = 0;
  for (const { segments } of lines)
    for (const { text } of segments) letters += text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters < minLetters;
}

/** Returns the pictures of a page as models read them; none unless they are requested. */
export const readImages = (
  drawn: readonly DrawnImage[],
  { hasScans }: Pick<PdfReading, 'hasScans'>,
): ScanImage[] => (hasScans ? drawn.flatMap((image) => readImage(image) ?? []) : []);
