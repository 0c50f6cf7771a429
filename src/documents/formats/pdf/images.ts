import type { ScanImage } from '../../scan.ts';
import {
  type ByteStream,
  type Coded,
  type Dictionary,
  type DrawnImage,
  isDictionary,
  nameOf,
  readAll,
} from './drawn-image.ts';
import { writeImagePdf } from './write-image-pdf.ts';

/** Smallest side and area, in pixels, of a picture that may show the text of a page. */
const minSide = 100;
const minArea = 60_000;
/** Pictures of one page: scanners cut a page into strips. */
const maxImages = 32;

/** The pictures of a page, found while the parser reads its content. */
export class PageImages {
  #images: DrawnImage[] = [];
  #coded: Coded | null = null;

  /** Runs the filters of a stream, and keeps it if it is a picture. */
  watch(dictionary: Dictionary, filter: () => ByteStream): ByteStream {
    this.#coded = null;
    const samples = filter();
    if (nameOf(dictionary.get('Subtype', 'S')) !== 'Image') return samples;
    const [width, height] = [dictionary.get('Width', 'W'), dictionary.get('Height', 'H')];
    if (typeof width !== 'number' || typeof height !== 'number') return samples;
    if (Math.min(width, height) < minSide || width * height < minArea) return samples;
    if (this.#images.length < maxImages)
      this.#images.push({ dictionary, width, height, samples, coded: this.#coded });
    return samples;
  }

  /** Notes the encoded bytes of the stream that is being filtered. */
  decode(name: string, source: ByteStream, parameters: unknown): void {
    this.#coded = { name, source, parameters: isDictionary(parameters) ? parameters : null };
  }

  take(): readonly DrawnImage[] {
    const images = this.#images;
    this.#images = [];
    return images;
  }
}

/** Returns a picture as a model can read it; null for one in a form that none does. */
export function readImage(image: DrawnImage): ScanImage | null {
  const { coded } = image;
  if (coded?.name === 'DCTDecode' || coded?.name === 'DCT') {
    const bytes = readAll(coded.source);
    return bytes.byteLength === 0 ? null : { media_type: 'image/jpeg', bytes };
  }
  const bytes = writeImagePdf(image);
  return bytes === null ? null : { media_type: 'application/pdf', bytes };
}
