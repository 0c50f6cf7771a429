import type { AssetReader } from '../platform/ports.ts';
import type { ExtractedDocument } from './document.ts';

export type FormatKind = 'document' | 'image';

/** Fields that every format declares. None is optional: a format that lacks one does not compile. */
interface FormatBase {
  /** Name in messages: "is not a valid PDF". */
  readonly title: string;
  /** Media type under which files of this format are stored. */
  readonly media_type: string;
  /** Other media types that clients declare for it. */
  readonly aliases: readonly string[];
  /** In lower case, without the dot. The first names files that have no name of their own. */
  readonly extensions: readonly [string, ...string[]];
  /** Content type of downloads. Never a type that a browser executes. */
  readonly served_as: string;
  /**
   * Checks the first `headBytes` of a file. Returns the end of the sentence "`name` …" that states what
   * is wrong, or null.
   */
  readonly checkHead: (head: Uint8Array) => string | null;
  /** True for first bytes that identify the format whatever the name; null when none do. */
  readonly hasSignature: ((head: Uint8Array) => boolean) | null;
}

/** A format whose text is extracted: searched by knowledge bases, sent to models as text. */
export interface DocumentFormat extends FormatBase {
  readonly kind: 'document';
  /** Throws `DocumentFault`. Loads its parser on first use, so that other requests do not pay for it. */
  readonly extract: Extractor;
  /**
   * Maximum bytes of a file whose text is extracted while the client waits, about 150 ms of CPU as
   * measured; larger files are extracted by a job.
   */
  readonly inline_bytes: number;
  /** Reads a response for `fetch_url`; null leaves it to the reader of `text/*`, if that applies. */
  readonly web: WebReader | null;
}

/** A format that models receive as a picture. No text is extracted. */
export interface ImageFormat extends FormatBase {
  readonly kind: 'image';
}

export type Format = DocumentFormat | ImageFormat;

export interface ExtractOptions {
  /** Encoding that the uploader declared, as `encodingOf` returns it. Formats with their own declaration ignore it. */
  readonly encoding?: string | null;
  /** Reads the character maps of PDFs; without it, fonts that need one yield no text. */
  readonly assets?: AssetReader;
  /** True to return where words stand, for formats that place them. */
  readonly layout?: boolean;
  /** True to return the pictures of pages without text, for formats that have such pages. */
  readonly scans?: boolean;
}

/** A file inside of another one: an attachment, an entry of an archive. */
export interface EmbeddedFile {
  readonly name: string;
  /** Media type that the container declares; empty for none. */
  readonly media_type: string;
  /** Returns the content; called only for a file of a supported format. Throws `DocumentFault`. */
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
  /** Encoding that the container declares. */
  readonly encoding?: string | null;
}

/** A file that the container cannot hand over. */
export interface UnreadableFile {
  readonly name: string;
  /** A sentence. */
  readonly reason: string;
}

/** Text of an embedded file, or a sentence that states why there is none. */
export type EmbeddedText =
  | { readonly document: ExtractedDocument }
  | { readonly document: null; readonly reason: string };

export interface ExtractContext extends ExtractOptions {
  /** Extracts an embedded file of any supported format, within limits that its container shares. */
  readonly readEmbedded: (file: EmbeddedFile) => Promise<EmbeddedText>;
}

export type Extractor = (
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
) => Promise<ExtractedDocument>;

export interface WebPage {
  readonly title: string | null;
  readonly text: string;
}

export interface WebReader {
  /** Media types of responses: exact, or a range (`text/*`, `+json`). */
  readonly media_types: readonly string[];
  /** Throws `DocumentFault`. */
  readonly read: (bytes: Uint8Array<ArrayBuffer>, response: WebResponse) => Promise<WebPage>;
}

interface WebResponse {
  /** Encoding declared by the `content-type` header. */
  readonly charset: string | null;
  /** Address of the response, against which links are resolved. */
  readonly url: string;
}
