/** A picture that shows text: an image, or a PDF of one page with nothing else. */
export interface ScanImage {
  readonly media_type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A page whose text is only in its pictures. */
export interface Scan {
  /** Number of the page, from 1. */
  readonly page: number;
  /** In the order in which they are drawn; together they show the page. */
  readonly images: readonly ScanImage[];
}
