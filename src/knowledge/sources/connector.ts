import type { Ctx } from '../../platform/context.ts';
import type { PageRow } from './page-store.ts';
import type { Settings } from './settings.ts';

/** The part of a source that its connector needs. */
export interface SourceContext<Type extends Settings['type'] = Settings['type']> {
  readonly settings: Extract<Settings, { type: Type }>;
  /** Opened credentials, by name. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** A document that a listing names. */
export interface Listed {
  /** Identifies the document within its source. */
  readonly key: string;
  readonly url: string;
  readonly title?: string | null;
  /** Changes whenever the content does, so that an equal one needs no request; null when unknown. */
  readonly version?: string | null;
}

/** A part of the listing. */
export interface Listing {
  readonly pages: readonly Listed[];
  /** Position of the next part; null after the last. */
  readonly next: string | null;
}

/** A document as it was read. */
export interface Content {
  /** Address that citations show; pages with the same one are duplicates. */
  readonly url: string;
  readonly title: string | null;
  readonly author?: string;
  /** ISO 8601 in UTC. */
  readonly published_at?: string;
  /** File name with the extension of its format. */
  readonly name: string;
  readonly body:
    | string
    | { readonly stream: ReadableStream<Uint8Array>; readonly media_type: string };
  readonly etag?: string | null;
  readonly last_modified?: string | null;
  /** Addresses in the scope of a crawl. */
  readonly links?: readonly string[];
}

export type Receive = (content: Content) => Promise<Outcome>;

/** The result of reading one document. */
export type Outcome =
  | {
      readonly kind: 'stored';
      readonly changes: Partial<PageRow>;
      readonly links: readonly string[];
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'gone' };

/**
 * One kind of source. A synchronization lists all documents part by part, reads those that are new or
 * changed, and removes the files of those that are listed no longer. Both functions throw `SourceFault`
 * and `HostBusyError`.
 */
export interface Connector<Type extends Settings['type'] = Settings['type']> {
  /** True when a document that is listed no longer keeps its file, as in feeds, which name the latest only. */
  readonly keepsUnlisted: boolean;
  /** True when the synchronization fails together with the document from which it starts. */
  readonly needsStart: boolean;
  /** `cursor` is `next` of the previous part, null for the first. */
  list(ctx: Ctx, source: SourceContext<Type>, cursor: string | null): Promise<Listing>;
  /** Reads a document and passes it to `receive`. May report a page with a file as unchanged. */
  read(ctx: Ctx, source: SourceContext<Type>, page: PageRow, receive: Receive): Promise<Outcome>;
}
