/** A passage that an answer cites. */
export interface Citation {
  readonly type: 'file' | 'url';
  readonly number: number;
  readonly file_name?: string;
  readonly page?: number | null;
  readonly url?: string;
  readonly title?: string;
  readonly quote: string;
}

export interface Message {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly attachments: readonly { readonly name: string }[];
  readonly status: 'done' | 'streaming' | 'failed' | 'cancelled';
  readonly rating: 'up' | 'down' | null;
}

export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly status: 'uploading' | 'processing' | 'ready' | 'failed';
  readonly error: string | null;
}

/** A page of a cited document. */
export interface CitedPage {
  readonly file_name: string;
  readonly page: number | null;
  readonly page_count: number | null;
  readonly text: string;
  /** Offsets of the quote in `text`. */
  readonly start: number;
  readonly end: number;
}

/** Everything that is shown. */
export interface State {
  readonly phase: 'loading' | 'verify' | 'ready' | 'closed';
  readonly title: string;
  readonly welcome: string | null;
  readonly starters: readonly string[];
  readonly messages: readonly Message[];
  readonly attachments: readonly Attachment[];
  /** True while an answer is generated. */
  readonly isBusy: boolean;
  readonly isOffline: boolean;
  /** True while a person answers instead of the agent. */
  readonly isHuman: boolean;
  readonly error: string | null;
  /** The address to which a code was sent; null before. */
  readonly email: string | null;
  /** The open page of a citation; null for none. */
  readonly cited: CitedPage | null;
}
